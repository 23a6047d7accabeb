import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { decodeImage, greyThumbnail, imageSize } from '../../../../src/dataset/decode/decode';
import { crc32 } from '../../../../src/dataset/example/png';
import { repositoryRoot } from '../../../helpers/shared';

const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-decode-'));
afterAll(() => rmSync(folder, { recursive: true }));

const WIDTH = 13;
const HEIGHT = 11;

/** What OpenCV makes of JPEGs of ink; base64. */
const zCmyk = z.object({
  width: z.number(),
  height: z.number(),
  cases: z.record(z.string(), z.object({ jpeg: z.string(), rgb: z.string() })),
});

/** Distinct colours at every pixel, so that a flip or a swapped channel shows. */
function pixels(): Uint8Array {
  return Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i * 37) % 256);
}

function put(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

const raw = () => sharp(pixels(), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });

/** A bitmap of the pixels: `row` writes one row of the image into its bytes. */
function bitmap(options: {
  bits: number;
  palette?: Buffer;
  masks?: number[];
  topDown?: boolean;
  row: (y: number, out: Buffer) => void;
}): Buffer {
  const { bits, palette = Buffer.alloc(0), masks = [], topDown = false, row } = options;
  const extra = Buffer.alloc(masks.length * 4);
  masks.forEach((mask, i) => {
    extra.writeUInt32LE(mask, i * 4);
  });
  const head = Buffer.alloc(54);
  const stride = Math.ceil((WIDTH * bits) / 32) * 4;
  const start = 54 + extra.length + palette.length;
  head.write('BM');
  head.writeUInt32LE(start + stride * HEIGHT, 2);
  head.writeUInt32LE(start, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(WIDTH, 18);
  head.writeInt32LE(topDown ? -HEIGHT : HEIGHT, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(masks.length > 0 ? 3 : 0, 30);
  const rows = Array.from({ length: HEIGHT }, (_, i) => {
    const out = Buffer.alloc(stride);
    row(topDown ? i : HEIGHT - 1 - i, out);
    return out;
  });
  return Buffer.concat([head, extra, palette, ...rows]);
}

function eachPixel(y: number, write: (x: number, rgb: Uint8Array) => void): void {
  const data = pixels();
  for (let x = 0; x < WIDTH; x++) write(x, data.subarray((y * WIDTH + x) * 3, (y * WIDTH + x) * 3 + 3));
}

async function checkPixels(file: string, expected: Uint8Array): Promise<void> {
  const image = await decodeImage(file);
  expect([image.width, image.height]).toEqual([WIDTH, HEIGHT]);
  expect([...image.data]).toEqual([...expected]);
  expect(await imageSize(file)).toMatchObject({ width: WIDTH, height: HEIGHT });
}

async function checkRefused(file: string, message: string): Promise<void> {
  await expect(decodeImage(file)).rejects.toThrow(`${file}: ${message}`);
}

describe('decoding an image', () => {
  it('gives RGB for PNG, with or without alpha, and for grey', async () => {
    await checkPixels(put('a.png', await raw().png().toBuffer()), pixels());
    await checkPixels(put('alpha.png', await raw().ensureAlpha(0.5).png().toBuffer()), pixels());
    const grey = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * 5) % 256);
    const png = await sharp(grey, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    await checkPixels(
      put('grey.png', png),
      Uint8Array.from(pixels(), (_, i) => grey[Math.floor(i / 3)]),
    );
  });

  it('turns an image upright by its EXIF orientation', async () => {
    const rotated = await raw().withMetadata({ orientation: 6 }).png().toBuffer();
    const file = put('rotated.png', rotated);
    const image = await decodeImage(file);
    expect([image.width, image.height]).toEqual([HEIGHT, WIDTH]);
    expect([...image.data.subarray(0, 3)]).toEqual([
      ...pixels()
        .subarray((HEIGHT - 1) * WIDTH * 3)
        .subarray(0, 3),
    ]);
    expect(await imageSize(file)).toEqual({ width: HEIGHT, height: WIDTH });
  });

  it('reads bitmaps of 24 bits, upside down and top down, and of 32 bits', async () => {
    const row24 = (y: number, out: Buffer) =>
      eachPixel(y, (x, [r, g, b]) => {
        out.set([b, g, r], x * 3);
      });
    await checkPixels(put('a.bmp', bitmap({ bits: 24, row: row24 })), pixels());
    await checkPixels(put('down.bmp', bitmap({ bits: 24, topDown: true, row: row24 })), pixels());
    const row32 = (y: number, out: Buffer) =>
      eachPixel(y, (x, [r, g, b]) => {
        out.set([b, g, r, 9], x * 4);
      });
    await checkPixels(put('a32.bmp', bitmap({ bits: 32, row: row32 })), pixels());
  });

  it('reads grey bitmaps by their palette, and two colours in one bit', async () => {
    const ramp = Buffer.from(Array.from({ length: 256 }, (_, i) => [i, i, i, 0]).flat());
    const grey = bitmap({
      bits: 8,
      palette: ramp,
      row: (y, out) =>
        eachPixel(y, (x) => {
          out[x] = x * 9 + y;
        }),
    });
    const expected = Uint8Array.from(pixels(), (_, i) => {
      const p = Math.floor(i / 3);
      return (p % WIDTH) * 9 + Math.floor(p / WIDTH);
    });
    await checkPixels(put('grey.bmp', grey), expected);
    const two = bitmap({
      bits: 1,
      palette: Buffer.from([10, 20, 30, 0, 40, 50, 60, 0]),
      row: (_, out) => out.fill(0b10101010),
    });
    const striped = Uint8Array.from(pixels(), (_, i) =>
      (Math.floor(i / 3) % WIDTH) % 2 === 0 ? [60, 50, 40][i % 3] : [30, 20, 10][i % 3],
    );
    await checkPixels(put('two.bmp', two), striped);
  });

  it('widens 5-6-5 bit fields', async () => {
    const packed = bitmap({
      bits: 16,
      masks: [0xf800, 0x07e0, 0x001f],
      row: (y, out) =>
        eachPixel(y, (x, [r, g, b]) => {
          out.writeUInt16LE(((r >> 3) << 11) | ((g >> 2) << 5) | (b >> 3), x * 2);
        }),
    });
    const widen = (v: number, bits: number) => Math.round(((v >> (8 - bits)) * 255) / (2 ** bits - 1));
    await checkPixels(
      put('565.bmp', packed),
      Uint8Array.from(pixels(), (v, i) => widen(v, i % 3 === 1 ? 6 : 5)),
    );
  });

  it('refuses what it cannot read, naming file and format', async () => {
    const cmyk = await raw().toColourspace('cmyk').tiff().toBuffer();
    await checkRefused(put('c.tif', cmyk), 'CMYK images that are not JPEG cannot be read: convert it to RGB');
    const jp2 = Buffer.from('0000000c6a5020200d0a870a00000014667479706a703220', 'hex');
    await checkRefused(put('a.jp2', jp2), 'JPEG 2000 images cannot be read');
    const heic = Buffer.from('0000001866747970686569630000000068656963', 'hex');
    await checkRefused(put('a.heic', heic), 'HEIC images cannot be read');
    await checkRefused(put('a.dng', await raw().tiff().toBuffer()), 'DNG images cannot be read');
    await checkRefused(put('empty.jpg', Buffer.alloc(0)), 'the file is empty');
    await checkRefused(
      put('tiny.png', await raw().resize(9, 20).png().toBuffer()),
      '9x20 pixels are too few',
    );
  });

  it('makes RGB of a CMYK JPEG as OpenCV does, with and without the mark of Adobe', async () => {
    const { width, height, cases } = zCmyk.parse(
      JSON.parse(readFileSync(path.join(repositoryRoot, 'test/fixtures/decode/cmyk.json'), 'utf8')),
    );
    for (const [name, { jpeg, rgb }] of Object.entries(cases)) {
      const image = await decodeImage(put(`${name}.jpg`, Buffer.from(jpeg, 'base64')));
      expect([image.width, image.height]).toEqual([width, height]);
      expect(Buffer.from(image.data).toString('base64')).toBe(rgb);
    }
  });

  it('leaves out a JPEG without its end marker, as Ultralytics does, and takes one with bytes behind it', async () => {
    const jpeg = await raw().jpeg().toBuffer();
    const whole = await decodeImage(put('whole.jpg', jpeg));
    await expect(decodeImage(put('unended.jpg', jpeg.subarray(0, jpeg.length - 2)))).rejects.toThrow(
      /^\S*unended\.jpg: .*premature end/i,
    );
    const padded = await decodeImage(put('padded.jpg', Buffer.concat([jpeg, Buffer.alloc(50)])));
    expect(padded.data).toEqual(whole.data);
  });

  it('refuses torn files', async () => {
    const jpeg = await sharp({
      create: {
        width: 200,
        height: 200,
        channels: 3,
        background: 'red',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    })
      .jpeg()
      .toBuffer();
    await expect(decodeImage(put('torn.jpg', jpeg.subarray(0, jpeg.length / 2)))).rejects.toThrow(
      'torn.jpg: ',
    );
    await expect(decodeImage(put('text.jpg', Buffer.from('not an image')))).rejects.toThrow('text.jpg: ');
    const bmp = readFileSync(path.join(folder, 'a.bmp'));
    await checkRefused(put('torn.bmp', bmp.subarray(0, bmp.length - 40)), 'the BMP file is truncated');
  });
});

/** A PNG of one grey byte a pixel, all zero: 31 kB however many there are. */
function emptyPng(width: number, height: number): Promise<Buffer> {
  const grey = { width, height, channels: 3 as const, background: '#000' };
  return sharp({ create: grey, limitInputPixels: false })
    .toColourspace('b-w')
    .png({ compressionLevel: 9 })
    .toBuffer();
}

describe('a picture made to be too large', () => {
  it('is refused by its header, with its size', async () => {
    const png = put('bomb.png', withPngSize(await emptyPng(20, 20), 16_000, 16_000));
    await expect(decodeImage(png)).rejects.toThrow(
      `${png}: 16000x16000 pixels are too many: the most is 100 million`,
    );
    const bmp = bitmap({ bits: 24, row: () => undefined });
    bmp.writeInt32LE(20_000, 18);
    bmp.writeInt32LE(20_000, 22);
    await expect(decodeImage(put('bomb.bmp', bmp))).rejects.toThrow('20000x20000 pixels are too many');
  });

  it('may have the 100 million of the largest cameras', async () => {
    const large = await decodeImage(put('large.png', await emptyPng(10_000, 10_000)));
    expect([large.width, large.height]).toEqual([10_000, 10_000]);
  });
});

/** The header of a PNG made to say another size. */
function withPngSize(png: Buffer, width: number, height: number): Buffer {
  const bytes = Buffer.from(png);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)) >>> 0, 29);
  return bytes;
}

describe('what only has the name of an image', () => {
  it('is not handed to the decoder, which would draw it', async () => {
    const svg = put('a.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"/>'));
    const gif = put('b.png', await raw().gif().toBuffer());
    for (const file of [svg, gif]) {
      await expect(decodeImage(file)).rejects.toThrow(
        `${file}: the file does not begin like an image: expected PNG, JPEG, WebP, TIFF, AVIF, BMP`,
      );
      expect(await imageSize(file)).toBeUndefined();
    }
  });

  it('is distinguished from every format that can be read', async () => {
    const made = [raw().jpeg(), raw().png(), raw().webp(), raw().tiff(), raw().avif()];
    for (const [i, image] of made.entries()) {
      const file = put(`format-${i}`, await image.toBuffer());
      expect(await imageSize(file)).toEqual({ width: WIDTH, height: HEIGHT });
      expect((await decodeImage(file)).width).toBe(WIDTH);
    }
  });
});

describe('what is asked of an image besides', () => {
  it('is its size, also if its header does not stand in the first 64 kB', async () => {
    const noise = Uint8Array.from({ length: 300 * 200 * 3 }, (_, i) => (i * i * 37) % 251);
    const large = sharp(noise, { raw: { width: 300, height: 200, channels: 3 } });
    for (const format of ['png', 'jpeg', 'webp', 'tiff', 'avif'] as const) {
      const turned = large.clone().withMetadata({ orientation: 6 });
      const bytes = await turned.toFormat(format, { quality: 100, compression: 'none' }).toBuffer();
      const { width, height } = (await decodeImage(put(`large.${format}`, bytes))) ?? {};
      expect(await imageSize(put(`large.${format}`, bytes)), format).toEqual({ width, height });
    }
  });

  it.skipIf(process.platform === 'win32')('is nothing of a pipe, and of a drawing', async () => {
    const [pipe, svg] = [path.join(folder, 'pipe.png'), path.join(folder, 'drawing.png')];
    execFileSync('mkfifo', [pipe]);
    writeFileSync(svg, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    for (const file of [pipe, svg]) {
      expect(await imageSize(file)).toBeUndefined();
      expect(await greyThumbnail(file, { width: 2, height: 2 })).toBeUndefined();
    }
    const image = put('grey.png', await raw().png().toBuffer());
    expect((await greyThumbnail(image, { width: 2, height: 2 }))?.length).toBe(4);
  });
});
