import { type Words, words } from '../../base/words';

/** ISO base media brands that hold HEVC-coded stills; AVIF has its own brand and can be read. */
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);

/** The name of a format that the decoder does not have, by content and, for formats based on TIFF, by extension. */
export function unreadableFormat(bytes: Buffer, file: string): string | undefined {
  if (isJpeg2000(bytes)) return 'JPEG 2000';
  if (isHeic(bytes)) return 'HEIC';
  return /\.dng$/i.test(file) ? 'DNG' : undefined;
}

/** The signature box of a .jp2 file, or a bare code stream (SOC, SIZ). */
function isJpeg2000(bytes: Buffer): boolean {
  return (
    bytes.toString('latin1', 4, 8) === 'jP  ' || bytes.subarray(0, 4).equals(Buffer.from('ff4fff51', 'hex'))
  );
}

function isHeic(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return false;
  const size = Math.min(bytes.readUInt32BE(0), bytes.length);
  const brands = bytes.toString('latin1', 8, size);
  return HEIC_BRANDS.has(brands.slice(0, 4)) && !brands.includes('avif');
}

/** Bytes of a file that tell its format. */
const HEAD_BYTES = 32;

const STARTS: readonly (readonly [format: string, at: number, start: string])[] = [
  ['JPEG', 0, '\xff\xd8\xff'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['WebP', 8, 'WEBP'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['TIFF', 0, 'II+\0'],
  ['TIFF', 0, 'MM\0+'],
  ['AVIF', 4, 'ftypavif'],
  ['AVIF', 4, 'ftypavis'],
  ['AVIF', 4, 'ftypmif1'],
  ['AVIF', 4, 'ftypmiaf'],
];

/**
 * The format of an image that sharp decodes, by its first bytes. sharp itself would accept more, SVG among them, which
 * is a program that draws: only these are passed to it.
 */
export function readableFormat(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, HEAD_BYTES);
  return STARTS.find(([, at, start]) => head.startsWith(start, at))?.[0];
}

export const READABLE_FORMATS = 'PNG, JPEG, WebP, TIFF, AVIF, BMP';

/** 300 MB after decoding. The largest cameras have so many; larger images are cut into tiles for a detector anyway. */
export const MOST_PIXELS = 100_000_000;

export function tooManyPixels(width: number, height: number): Words | undefined {
  if (width * height <= MOST_PIXELS) return undefined;
  return words('{0}x{1} pixels are too many: the most is {2} million', width, height, MOST_PIXELS / 1e6);
}
