import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/base/problem';
import { countImages } from '../../../src/dataset/sources';
import { type KnownImages, loadSplit } from '../../../src/dataset/split';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Writes files into a new folder; images may be empty, since a split never opens them. */
function dataset(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-split-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return path.join(folder, 'data.yaml');
}

const YAML = 'train: images/train\nval: images/val\nnames: [a, b]\n';
const BOX = '0 0.5 0.5 0.5 0.5\n';

async function imagesOf(yaml: string, split: 'train' | 'val' = 'val'): Promise<string[]> {
  const { images } = await loadSplit(yaml, split);
  return images.map(({ file }) => path.relative(path.dirname(yaml), file).split(path.sep).join('/'));
}

async function errorOf(yaml: string, split: 'train' | 'val' | 'test' = 'val'): Promise<string> {
  const { problems } = await loadSplit(yaml, split);
  const text = problems.filter((p) => p.severity === 'error').map(formatProblem);
  return (text[0] ?? 'no error').replaceAll(path.dirname(yaml), '.').replaceAll('\\', '/');
}

describe('a split', () => {
  it('holds the images of a folder and its folders, sorted by path, with their labels', async () => {
    const yaml = dataset({
      'data.yaml': YAML,
      'images/val/b.jpg': '',
      'images/val/deep/a.PNG': '',
      'images/val/notes.md': '',
      'labels/val/b.txt': BOX,
    });
    const { images, names, problems } = await loadSplit(yaml, 'val');
    expect(await imagesOf(yaml)).toEqual(['images/val/b.jpg', 'images/val/deep/a.PNG']);
    expect(images.map(({ class: cls }) => cls.length)).toEqual([1, 0]);
    expect([...images[0].boxes]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect([names, problems]).toEqual([['a', 'b'], []]);
    expect(await countImages(yaml, 'val')).toBe(2);
  });

  it('may be a list of images, of lists and of folders', async () => {
    const yaml = dataset({
      'data.yaml': 'train: t\nval: [lists/val.txt, more]\nnames: [a]\n',
      'lists/val.txt': './one.jpg\n\n./two.jpg\n',
      'lists/one.jpg': '',
      'lists/two.jpg': '',
      'more/three.jpg': '',
    });
    expect(await imagesOf(yaml)).toEqual(['lists/one.jpg', 'lists/two.jpg', 'more/three.jpg']);
  });

  it('leaves out hidden files and folders, unless they are named themselves', async () => {
    const hidden = {
      'images/val/._a.jpg': '',
      'images/val/.ipynb_checkpoints/a-checkpoint.jpg': '',
      'images/val/deep/.thumbnails/b.jpg': '',
    };
    const shown = { 'images/val/a.jpg': '', 'images/val/deep/b.jpg': '' };
    const yaml = dataset({ 'data.yaml': YAML, ...hidden, ...shown });
    expect(await imagesOf(yaml)).toEqual(['images/val/a.jpg', 'images/val/deep/b.jpg']);
    expect(await countImages(yaml, 'val')).toBe(2);
    const named = dataset({
      'data.yaml': 'train: .cache/train\nval: val.txt\nnames: [a]\n',
      '.cache/train/a.jpg': '',
      'val.txt': './.one.jpg\n',
      '.one.jpg': '',
    });
    expect(await imagesOf(named, 'train')).toEqual(['.cache/train/a.jpg']);
    expect(await imagesOf(named)).toEqual(['.one.jpg']);
  });

  it('is found below path, and without a leading ../ that leads nowhere', async () => {
    const yaml = dataset({
      'data.yaml': 'path: set\ntrain: ../images/train\nval: images/val\nnames: [a]\n',
      'set/images/train/a.jpg': '',
      'set/images/val/b.jpg': '',
    });
    expect(await imagesOf(yaml, 'train')).toEqual(['set/images/train/a.jpg']);
    expect(await imagesOf(yaml)).toEqual(['set/images/val/b.jpg']);
  });

  it('is cut to the first part of its images by a fraction', async () => {
    const files = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`images/train/${i}.jpg`, '']));
    const yaml = dataset({ 'data.yaml': YAML, ...files });
    expect((await loadSplit(yaml, 'train', { fraction: 0.5 })).images).toHaveLength(2);
    expect(await countImages(yaml, 'train', 0.01)).toBe(1);
  });

  it('that is missing or empty is an error of one line', async () => {
    const yaml = dataset({ 'data.yaml': YAML, 'images/val/readme.txt': '' });
    expect(await errorOf(yaml, 'train')).toBe('./data.yaml: train: ./images/train does not exist');
    expect(await errorOf(yaml)).toBe('./data.yaml: val: the val split is empty: no images in ./images/val');
    expect(await errorOf(yaml, 'test')).toBe('./data.yaml: test: the dataset has no test split');
    await expect(countImages(yaml, 'val')).rejects.toThrow('the val split is empty');
    expect(await errorOf(path.join(path.dirname(yaml), 'other.yaml'))).toBe(
      './other.yaml: dataset YAML does not exist',
    );
  });

  it('names file and line of a class out of range', async () => {
    const yaml = dataset({
      'data.yaml': YAML,
      'images/val/a.jpg': '',
      'images/val/b.jpg': '',
      'labels/val/a.txt': 'nonsense',
      'labels/val/b.txt': `${BOX}5 0.5 0.5 0.1 0.1\n`,
    });
    expect(await errorOf(yaml)).toBe(
      './labels/val/b.txt:2:1: class 5 is out of range: the dataset has classes 0 to 1',
    );
    expect((await loadSplit(yaml, 'val', { singleCls: true })).images).toHaveLength(1);
  });

  it('leaves out an image whose labels cannot be read, and says so', async () => {
    const yaml = dataset({
      'data.yaml': YAML,
      'images/val/a.jpg': '',
      'images/val/b.jpg': '',
      'labels/val/a.txt': '0 2 2 2 2',
    });
    const { images, problems } = await loadSplit(yaml, 'val');
    expect(images.map(({ file }) => path.basename(file))).toEqual(['b.jpg']);
    expect(problems).toMatchObject([{ severity: 'warning', message: expect.stringContaining('left out') }]);
  });

  it('has another digest of labels that change, at the same size too', async () => {
    const yaml = dataset({ 'data.yaml': YAML, 'images/val/a.jpg': '', 'labels/val/a.txt': BOX });
    const digest = async () => (await loadSplit(yaml, 'val')).images[0].labelDigest;
    const before = await digest();
    expect(await digest()).toBe(before);
    writeFileSync(path.join(path.dirname(yaml), 'labels/val/a.txt'), BOX.replace('0 ', '1 '));
    expect(await digest()).not.toBe(before);
  });

  it('reads again only what has changed, and what was written a moment ago', async () => {
    const yaml = dataset({
      'data.yaml': YAML,
      ...{ 'images/val/a.jpg': '', 'labels/val/a.txt': BOX, 'images/val/b.jpg': '', 'labels/val/b.txt': BOX },
    });
    const label = (name: string) => path.join(path.dirname(yaml), `labels/val/${name}.txt`);
    const long = new Date(Date.now() - 60_000);
    utimesSync(label('a'), long, long);
    const known: KnownImages = new Map();
    const first = await loadSplit(yaml, 'val', { known });
    const second = await loadSplit(yaml, 'val', { known });
    expect(second).toEqual(first);
    expect(second.images[0]).toBe(first.images[0]);
    expect(second.images[1]).not.toBe(first.images[1]);
    writeFileSync(label('a'), BOX.replace('0 ', '1 '));
    const third = await loadSplit(yaml, 'val', { known });
    expect([...third.images[0].class]).toEqual([1]);
    expect(third).toEqual(await loadSplit(yaml, 'val'));
  });

  it('leaves the folder as it was', async () => {
    const yaml = dataset({ 'data.yaml': YAML, 'images/val/a.jpg': '', 'labels/val/a.txt': BOX });
    const folder = path.dirname(yaml);
    const state = () =>
      (readdirSync(folder, { recursive: true }) as string[])
        .sort()
        .map((name) => [name, statSync(path.join(folder, name)).mtimeMs]);
    const before = state();
    await loadSplit(yaml, 'val');
    expect(state()).toEqual(before);
  });
});
