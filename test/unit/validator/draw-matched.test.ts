import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawMatched } from '../../../src/validator/draw-matched';
import { ImageDigests } from '../../../src/validator/val-set/image-digests';

// Three images as another program judged them: two of class 0 with a label each, one of class 1.
let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'pitwall-matched-'));
  mkdirSync(path.join(home, 'images'));
  writeFileSync(path.join(home, 'data.yaml'), 'val: images\nnames: [one, two]\n');
  for (const name of ['a', 'b', 'c']) writeFileSync(path.join(home, `images/${name}.jpg`), name);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

type Row = readonly [score: number, cls: number, hits: number];
const ALL = 0b1111111111;
const HALF = 0b0000011111;

function record(
  name: string,
  order: readonly string[],
  rows: Readonly<Record<string, readonly Row[]>>,
): string {
  const truth = { a: [0], b: [0], c: [1] } as Readonly<Record<string, number[]>>;
  const images = order.map((image) => ({
    file: path.join(home, `images/${image}.jpg`),
    rows: rows[image].length,
    truth: truth[image],
  }));
  const file = path.join(home, name);
  const numbers = Float32Array.from(order.flatMap((image) => rows[image].flat()));
  writeFileSync(file, `${JSON.stringify({ classes: 2, images })}\n`);
  writeFileSync(file, Buffer.from(numbers.buffer), { flag: 'a' });
  return file;
}

const draw = (recorded: string) =>
  drawMatched(
    { digests: new ImageDigests() },
    { data: path.join(home, 'data.yaml'), recorded, judgedBy: 'segment' },
  );

it('the mAP of what is right at every threshold is that of the library, and half of it at half of them', async () => {
  const right = { a: [[0.9, 0, ALL]], b: [[0.8, 0, ALL]], c: [[0.7, 1, ALL]] } as const;
  expect((await draw(record('all', ['a', 'b', 'c'], right))).draws.map).toBeCloseTo(0.995, 6);
  const half = { a: [[0.9, 0, HALF]], b: [[0.8, 0, HALF]], c: [[0.7, 1, HALF]] } as const;
  expect((await draw(record('half', ['a', 'b', 'c'], half))).draws.map).toBeCloseTo(0.4975, 6);
});

it('the draws do not depend on the order in which the images were judged', async () => {
  const rows = {
    a: [[0.9, 0, ALL]],
    b: [[0.8, 0, 0]],
    c: [
      [0.7, 1, HALF],
      [0.6, 0, 0],
    ],
  } as const;
  const one = await draw(record('one', ['a', 'b', 'c'], rows));
  const other = await draw(record('other', ['c', 'a', 'b'], rows));
  expect(other).toEqual(one);
  expect(new Set(one.draws.maps).size).toBeGreaterThan(3);
});

it('a file that is not whole is refused', async () => {
  const file = record('torn', ['a', 'b', 'c'], { a: [[0.9, 0, ALL]], b: [], c: [] });
  writeFileSync(file, 'x', { flag: 'a' });
  await expect(draw(file)).rejects.toThrow('expected 1 rows of matches');
});
