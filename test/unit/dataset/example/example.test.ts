import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFECTS } from '../../../../src/dataset/example/defects';
import { difference } from '../../../../src/dataset/example/mask';
import { crc32, encodePng } from '../../../../src/dataset/example/png';
import { drawPicture, labelText, writeExample } from '../../../../src/dataset/example/write-example';

describe('drawn pictures', () => {
  it('are the same for a seed and differ between indices', () => {
    expect(drawPicture(3, 7)).toEqual(drawPicture(3, 7));
    expect(drawPicture(3, 7).data).not.toEqual(drawPicture(3, 8).data);
    expect(drawPicture(3, 7).data).not.toEqual(drawPicture(4, 7).data);
  });

  it('are those that the numbers of the demo were measured on', () => {
    const sums = [0, 1, 639].map((index) => crc32(drawPicture(20, index).data));
    expect(sums).toEqual([3891777570, 1366885340, 710142835]);
  });

  it('hold every class, frames of 12 to 29 pixels inside the picture, and some sound boards', () => {
    const pictures = Array.from({ length: 120 }, (_, i) => drawPicture(0, i).defects);
    const all = pictures.flat();
    const counts = DEFECTS.map((_, c) => all.filter((d) => d.class === c).length);
    expect(Math.min(...counts)).toBeGreaterThan(15);
    expect(pictures.some((p) => p.length === 0)).toBe(true);
    for (const { x1, y1, x2, y2 } of all.map((d) => d.bounds)) {
      expect(Math.min(x2 - x1, y2 - y1)).toBeGreaterThanOrEqual(12);
      expect(Math.max(x2 - x1, y2 - y1)).toBeLessThanOrEqual(29);
      expect(Math.min(x1, y1, 128 - x2, 128 - y2)).toBeGreaterThanOrEqual(0);
    }
  });

  it('write labels as shares of the picture', () => {
    const text = labelText([{ class: 2, bounds: { x1: 0, y1: 32, x2: 64, y2: 96 } }]);
    expect(text).toBe('2 0.250000 0.500000 0.500000 0.500000\n');
  });

  it('frame exactly what changed', () => {
    const before = new Float32Array(128 * 128);
    const after = before.slice();
    after[5 * 128 + 9] = 1;
    after[7 * 128 + 12] = 1;
    expect(difference(before, after)).toEqual({ x1: 9, y1: 5, x2: 13, y2: 8 });
    expect(difference(before, before)).toBeUndefined();
  });
});

/** Byte `at` of a picture 3 pixels wide whose rows are stored with filter 1: the sum of the differences on its left. */
function unfilter(rows: Uint8Array, at: number): number {
  let sum = 0;
  for (let i = at % 9; i >= 0; i -= 3) sum += rows[Math.floor(at / 9) * 10 + 1 + i];
  return sum & 255;
}

describe('encodePng', () => {
  it('stores the pixels losslessly', () => {
    const data = Uint8Array.from({ length: 3 * 5 * 3 }, (_, i) => (i * 37) & 255);
    const png = encodePng({ width: 3, height: 5, data });
    const idat = png.indexOf('IDAT');
    const rows = inflateSync(png.subarray(idat + 4, idat + 4 + png.readUInt32BE(idat - 4)));
    const read = Uint8Array.from(data, (_, at) => unfilter(rows, at));
    expect(read).toEqual(data);
  });
});

describe('writeExample', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'pitwall-example-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('writes images and labels, and draws only what is missing the second time', async () => {
    const first = await writeExample(dir, { train: 4, val: 2 });
    expect(first).toMatchObject({ drawn: 6, keptConfig: false });
    expect(await readdir(path.join(dir, 'images/train'))).toHaveLength(4);
    expect(await readdir(path.join(dir, 'labels/val'))).toHaveLength(2);
    await writeFile(first.config, 'epochs: 1\n');
    await rm(path.join(dir, 'images/val/pcb_0005.png'));
    expect(await writeExample(dir, { train: 4, val: 2 })).toMatchObject({ drawn: 1, keptConfig: true });
    expect(await readFile(first.config, 'utf8')).toBe('epochs: 1\n');
  });

  it('refuses a folder with another dataset', async () => {
    await writeFile(path.join(dir, 'data.yaml'), 'train: mine\n');
    await expect(writeExample(dir)).rejects.toThrow(/data\.yaml exists and is not the example's/);
    expect(await readdir(dir)).toEqual(['data.yaml']);
  });

  it('stops when it is cancelled, and goes on from there the next time', async () => {
    const stop = new AbortController();
    const options = { train: 3, val: 1, signal: stop.signal };
    const first = writeExample(dir, { ...options, onProgress: (done) => done === 1 && stop.abort() });
    await expect(first).rejects.toThrow(/abort/i);
    expect(await readdir(path.join(dir, 'images', 'train'))).toHaveLength(1);
    expect((await writeExample(dir, { train: 3, val: 1 })).drawn).toBe(3);
  });
});
