import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { createRandom } from '../../src/base/random';
import { decodeImage } from '../../src/dataset/decode/decode';
import { unzip } from '../../src/engine/gpu-runtime/unzip';
import { isWholeModel } from '../../src/trainers/command/follow/weights';
import { zipOf } from '../helpers/write-zip';
import type { Reader } from './readers';

// Readers that open a file themselves: each gets its bytes as one, below a folder of the run's own.

/** Seeds of the pictures are small, so that a change hits headers and tables as often as pixels. */
const SIDE = 24;

export async function fileReaders(folder: string): Promise<Reader[]> {
  const file = (name: string): string => path.join(folder, name);
  const reader = (name: string, seeds: readonly Uint8Array[], read: (file: string) => unknown): Reader => ({
    name,
    seeds,
    read: async (bytes) => {
      const at = file(name.replaceAll(' ', '.'));
      writeFileSync(at, bytes);
      await read(at);
    },
  });
  const zips = [zipOf(MEMBERS), zipOf({ 'archive/data.pkl': Buffer.alloc(3000, 'x') })];
  const picture = (name: string, seeds: readonly Uint8Array[]): Reader => reader(name, seeds, decodeImage);
  return [
    reader('whole pt', zips, isWholeModel),
    reader('zip members', zips, (zip) => extractInto(zip, file('member'))),
    reader('whole onnx', [Buffer.from(ONNX)], isWholeModel),
    picture('JPEG pixels', await picturesOf(JPEGS)),
    picture('PNG pixels', await picturesOf(PNGS)),
    picture('BMP pixels', BMPS),
    picture('WebP and TIFF pixels', await picturesOf(OTHERS)),
  ];
}

const MEMBERS = {
  'archive/data.pkl': Buffer.from('\x80\x02}q\x00X\x05\x00', 'latin1'),
  'archive/version': Buffer.from('3\n'),
};

/** ir_version, a graph, an operator set. */
const ONNX = [8, 8, 58, 4, 10, 2, 8, 1, 66, 2, 16, 17];

async function extractInto(zip: string, member: string): Promise<void> {
  await unzip(zip, new Map([['archive/data.pkl', member]]));
  readFileSync(member);
}

const noise = createRandom(5, 0);
const PIXELS = Buffer.from(Array.from({ length: SIDE * SIDE * 3 }, () => noise.below(256)));
const drawn = (): Sharp => sharp(PIXELS, { raw: { width: SIDE, height: SIDE, channels: 3 } });

const JPEGS: readonly (() => Sharp)[] = [
  () => drawn().jpeg(),
  () => drawn().jpeg({ progressive: true }),
  () => drawn().greyscale().jpeg(),
  () => drawn().toColourspace('cmyk').jpeg(),
  () => drawn().withMetadata({ orientation: 6 }).jpeg(),
];
const PNGS: readonly (() => Sharp)[] = [
  () => drawn().png(),
  () => drawn().png({ palette: true }),
  () => drawn().png({ progressive: true }),
  () => drawn().toColourspace('rgb16').png(),
  () => drawn().ensureAlpha(0.5).png(),
];
const OTHERS: readonly (() => Sharp)[] = [
  () => drawn().webp(),
  () => drawn().webp({ lossless: true }),
  () => drawn().tiff(),
  () => drawn().tiff({ compression: 'lzw' }),
];

const picturesOf = (make: readonly (() => Sharp)[]): Promise<Buffer[]> =>
  Promise.all(make.map((one) => one().toBuffer()));

/** Of 24, 32, 8 and 1 bits; 16 with bit fields. */
const BMPS: readonly Buffer[] = [24, 32, 8, 1, 16].map((bits) => bmpOf(bits));

function bmpOf(bits: number): Buffer {
  const palette = bits <= 8 ? 2 ** bits * 4 : 12;
  const start = 54 + palette;
  const row = Math.ceil((SIDE * bits) / 32) * 4;
  const bytes = Buffer.alloc(start + row * SIDE, 0x5a);
  bytes.write('BM', 'latin1');
  bytes.writeUInt32LE(start, 10);
  for (const [i, value] of [40, SIDE, SIDE].entries()) bytes.writeUInt32LE(value, 14 + 4 * i);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  bytes.writeUInt32LE(bits === 16 ? 3 : 0, 30);
  for (const [i, mask] of [0xf800, 0x07e0, 0x001f].entries()) bytes.writeUInt32LE(mask, 54 + 4 * i);
  bytes.writeUInt32LE(0, 46);
  return bytes;
}
