import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRecorded } from '../../../../src/validator/val-set/recorded';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-recorded-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const image = (file: string, rows: number) => ({
  file,
  size: [200, 100],
  input: [128, 96],
  scale: [0.64, 0.64],
  offset: [0, 16],
  rows,
});

function write(images: readonly object[], rows: readonly number[]): string {
  const file = path.join(folder, 'epoch-0001.det.own');
  const header = Buffer.from(`${JSON.stringify({ images })}\n`);
  writeFileSync(file, Buffer.concat([header, Buffer.from(new Float32Array(rows).buffer)]));
  return file;
}

const listed = (...files: string[]) =>
  files.map((file) => ({
    file,
    stamp: '',
    labelDigest: '',
    boxes: new Float32Array(0),
    class: new Uint16Array(0),
  }));

test('detections of another program get the images of the val set', async () => {
  const rows = [1, 2, 3, 4, 0.5, 7, 10, 20, 30, 40, 0.25, 0, 5, 6, 7, 8, 0.125, 3];
  const file = write([image('/d/b.png', 2), image('/d/stranger.png', 1)], rows);
  const { results, unknown } = await readRecorded(file, listed('/d/a.png', '/d/b.png'));
  expect(unknown).toEqual(['/d/stranger.png']);
  expect(results).toHaveLength(1);
  expect(results[0]).toMatchObject({ index: 1, size: { width: 200, height: 100 } });
  expect([...results[0].boxes]).toEqual([1, 2, 3, 4, 10, 20, 30, 40]);
  expect([...results[0].scores]).toEqual([0.5, 0.25]);
  expect([...results[0].class]).toEqual([7, 0]);
  expect(results[0].placement).toMatchObject({ width: 128, height: 64, left: 0, top: 16, scaleX: 0.64 });
});

test('a file that is not whole is refused', async () => {
  const file = write([image('/d/a.png', 2)], [1, 2, 3, 4, 0.5, 7]);
  await expect(readRecorded(file, listed('/d/a.png'))).rejects.toThrow(/expected 2 rows of detections/);
});
