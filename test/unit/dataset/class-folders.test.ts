import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hasNamedFolders, listClassImages } from '../../../src/dataset/class-folders';
import { spread } from '../../../src/domain/dataset/fraction';
import { readClassSet } from '../../../src/validator/classify/class-set';
import { englishOf } from '../../helpers/english-of';
import { slashed } from '../../helpers/platform';

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'pitwall-classes-'));
  for (const file of [
    'train/a/1.jpg',
    'train/b/1.jpg',
    'valid/b/2.PNG',
    'valid/b/10.png',
    'valid/b/deep/1.jpg',
  ])
    write(file);
  for (const file of ['valid/a/1.jpg', 'valid/c/1.jpg', 'valid/b/notes.txt']) write(file);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function write(file: string): void {
  mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
  writeFileSync(path.join(home, file), '');
}

it('the images of a split come class by class, folder by folder, by name, as the library takes them', async () => {
  const found = await listClassImages(home, 'val');
  expect(found?.names).toEqual(['a', 'b', 'c']);
  expect(found?.images.map(({ file }) => slashed(path.relative(home, file)))).toEqual([
    'valid/a/1.jpg',
    'valid/b/10.png',
    'valid/b/2.PNG',
    'valid/b/deep/1.jpg',
    'valid/c/1.jpg',
  ]);
});

it("a class has the model's number for its name; one that the model lacks is left out, which is reported", async () => {
  const wish = { data: home, split: 'val', fraction: 1, single_cls: false };
  const { images, notes } = await readClassSet(wish, ['b', 'a']);
  expect(images.map((image) => image.class)).toEqual([1, 0, 0, 0]);
  expect(notes.map(englishOf)).toEqual([expect.stringContaining('does not have the class c')]);
  const unnamed = await readClassSet(wish, ['x', 'y']);
  expect(unnamed.images.map((image) => image.class)).toEqual([0, 1, 1, 1]);
});

it("a share of a set is spread over it: numpy's linspace in whole numbers", () => {
  const items = Array.from({ length: 11 }, (_, i) => i);
  expect(spread(items, 4)).toEqual([0, 3, 6, 10]);
  expect(spread(items, 0.5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(spread(items, 0.01)).toEqual([0]);
  expect(spread(items, 1)).toEqual(items);
  expect(spread(items, 50)).toEqual(items);
});

it('codes of ImageNet do not name classes', async () => {
  expect(await hasNamedFolders(home)).toBe(true);
  expect(await hasNamedFolders(path.join(home, 'valid'))).toBe(false);
  write('codes/train/n01440764/1.jpg');
  expect(await hasNamedFolders(path.join(home, 'codes'))).toBe(false);
});
