import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import type { RgbImage } from '../../domain/detection/image';
import { tooManyPixels } from './formats';

// Windows bitmaps, uncompressed or with bit fields: the format of many industrial cameras (libvips cannot read BMP).
// Layout: Microsoft, "Bitmap Storage"; BITMAPINFOHEADER and its larger successors, and OS/2's BITMAPCOREHEADER.
const CORE_HEADER_BYTES = 12;
const FILE_HEADER_BYTES = 14;
/** Bit fields follow a 40-byte header; larger headers hold them at the same place. */
const MASKS_AT = FILE_HEADER_BYTES + 40;
const COMPRESSION = { none: 0, bitFields: 3, alphaBitFields: 6 } as const;

type Header = {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  readonly pixels: number;
  readonly palette: { readonly start: number; readonly entryBytes: number; readonly count: number };
};

/** Reads the RGB of one pixel of a row (`bytes` from `row` on) into `out`. */
type PixelReader = (row: number, x: number, out: Uint8Array, o: number) => void;

export function isBmp(bytes: Buffer): boolean {
  return bytes.length > FILE_HEADER_BYTES + CORE_HEADER_BYTES && bytes.toString('latin1', 0, 2) === 'BM';
}

/** Decodes a bitmap; alpha is dropped. Throws if it is compressed or torn. */
export function decodeBmp(bytes: Buffer): RgbImage {
  const header = readHeader(bytes);
  checkHeader(header, bytes);
  const read = pixelReader(bytes, header);
  const stride = rowBytes(header);
  const data = new Uint8Array(header.width * header.height * 3);
  for (let y = 0, o = 0; y < header.height; y++) {
    const row = header.pixels + stride * (header.topDown ? y : header.height - 1 - y);
    for (let x = 0; x < header.width; x++, o += 3) read(row, x, data, o);
  }
  return { width: header.width, height: header.height, data };
}

function rowBytes({ width, bits }: Header): number {
  return Math.ceil((width * bits) / 32) * 4;
}

function readHeader(bytes: Buffer): Header {
  const size = bytes.readUInt32LE(FILE_HEADER_BYTES);
  const start = FILE_HEADER_BYTES + size;
  if (size === CORE_HEADER_BYTES) return readCoreHeader(bytes, start);
  if (size < 40 || bytes.length < start) throw new WordedError(words('the BMP header is torn'));
  const height = bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  return {
    width: bytes.readInt32LE(18),
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    compression,
    pixels: bytes.readUInt32LE(10),
    palette: { start, entryBytes: 4, count: bytes.readUInt32LE(46) || 2 ** Math.min(bits, 8) },
  };
}

function readCoreHeader(bytes: Buffer, start: number): Header {
  const bits = bytes.readUInt16LE(24);
  return {
    width: bytes.readUInt16LE(18),
    height: bytes.readUInt16LE(20),
    topDown: false,
    bits,
    compression: COMPRESSION.none,
    pixels: bytes.readUInt32LE(10),
    palette: { start, entryBytes: 3, count: 2 ** Math.min(bits, 8) },
  };
}

function checkHeader(header: Header, bytes: Buffer): void {
  const { width, height, bits, compression } = header;
  if (compression === 1 || compression === 2)
    throw new WordedError(words('run-length coded BMP images cannot be read: save it uncompressed'));
  const known: readonly number[] = Object.values(COMPRESSION);
  if (!known.includes(compression))
    throw new WordedError(words('BMP images with compression {0} cannot be read', compression));
  if (width <= 0 || height <= 0)
    throw new WordedError(words('the BMP header is torn: {0}x{1} pixels', width, height));
  const refusal = tooManyPixels(width, height);
  if (refusal) throw new WordedError(refusal);
  if (![1, 4, 8, 16, 24, 32].includes(bits))
    throw new WordedError(words('BMP images of {0} bits cannot be read', bits));
  if (bytes.length < header.pixels + rowBytes(header) * height)
    throw new WordedError(words('the BMP file is truncated'));
}

function pixelReader(bytes: Buffer, header: Header): PixelReader {
  if (header.bits <= 8) return paletteReader(bytes, header);
  if (header.bits === 24) return (row, x, out, o) => copyBgr(bytes, row + x * 3, out, o);
  if (header.bits === 32 && header.compression === COMPRESSION.none)
    return (row, x, out, o) => copyBgr(bytes, row + x * 4, out, o);
  return maskReader(bytes, header);
}

function copyBgr(bytes: Buffer, i: number, out: Uint8Array, o: number): void {
  out[o] = bytes[i + 2];
  out[o + 1] = bytes[i + 1];
  out[o + 2] = bytes[i];
}

function paletteReader(bytes: Buffer, { bits, palette, pixels }: Header): PixelReader {
  const fits = Math.floor((pixels - palette.start) / palette.entryBytes);
  const count = Math.min(palette.count, fits);
  const mask = 2 ** bits - 1;
  return (row, x, out, o) => {
    const bit = x * bits;
    const index = (bytes[row + (bit >> 3)] >> (8 - bits - (bit & 7))) & mask;
    if (index < count) copyBgr(bytes, palette.start + index * palette.entryBytes, out, o);
  };
}

/** 16 bits without fields are 5-5-5. Channels are widened to 8 bits by rounding. */
function maskReader(bytes: Buffer, { bits, compression }: Header): PixelReader {
  const masks =
    compression === COMPRESSION.none
      ? [0x7c00, 0x03e0, 0x001f]
      : [0, 4, 8].map((offset) => bytes.readUInt32LE(MASKS_AT + offset));
  const channels = masks.map((mask) => ({
    mask,
    shift: trailingZeros(mask),
    most: mask >>> trailingZeros(mask),
  }));
  const width = bits / 8;
  return (row, x, out, o) => {
    const value = width === 2 ? bytes.readUInt16LE(row + x * 2) : bytes.readUInt32LE(row + x * 4);
    channels.forEach(({ mask, shift, most }, c) => {
      out[o + c] = most === 0 ? 0 : Math.round((((value & mask) >>> shift) * 255) / most);
    });
  };
}

function trailingZeros(mask: number): number {
  return mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
}
