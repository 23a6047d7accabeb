import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countImages, filesBelow } from '../../../src/dataset/sources';
import { canLink, slashed } from '../../helpers/platform';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-walk-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (...parts: string[]): string => path.join(dir, ...parts);
const MOST = { entries: 100, depth: 5, ms: 60_000 };

function put(...files: string[]): void {
  for (const file of files) {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), '');
  }
}

async function names(root = dir): Promise<readonly string[]> {
  return (await filesBelow(root, MOST)).map((file) => slashed(path.relative(dir, file))).sort();
}

describe('a walk over a folder', () => {
  it.runIf(canLink)('looks at each folder once, whatever links lead to it', async () => {
    put('a/1.jpg', 'a/b/2.jpg', 'c/3.jpg');
    symlinkSync(dir, at('a/self'));
    symlinkSync('..', at('a/b/up'));
    symlinkSync(at('a/b'), at('a/b/b'));
    symlinkSync(at('nowhere'), at('gone.jpg'));
    expect(await names()).toEqual(['a/1.jpg', 'a/b/2.jpg', 'c/3.jpg', 'gone.jpg']);
  });

  it.runIf(canLink)('ends where folders hold links to each other', async () => {
    for (const from of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      put(`${from}/${from}.jpg`);
      for (const to of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) symlinkSync(at(to), at(from, to));
    }
    expect(await names()).toHaveLength(8);
  });

  it.runIf(canLink)(
    'follows a link to a folder beside the data, and takes its root through a link',
    async () => {
      put('store/1.jpg', 'set/images/0.jpg');
      symlinkSync(at('store'), at('set/images/more'));
      symlinkSync(at('set'), at('again'));
      expect(await names(at('set'))).toEqual(['set/images/0.jpg', 'set/images/more/1.jpg']);
      expect(await names(at('again'))).toEqual(['again/images/0.jpg', 'again/images/more/1.jpg']);
    },
  );

  it('gives up in a line if there is too much of it', async () => {
    put(...Array.from({ length: 101 }, (_, i) => `many/${i}.jpg`), 'deep/1/2/3/4/5/6/7.jpg');
    await expect(filesBelow(at('many'), MOST)).rejects.toThrow(`${at('many')}: holds more than 100 files`);
    await expect(filesBelow(at('deep'), MOST)).rejects.toThrow(`${at('deep')}: has folders more than 5 deep`);
    await expect(filesBelow(at('deep'), { ...MOST, ms: -1 })).rejects.toThrow('listing it takes over');
  });
});

describe('a dataset whose folder holds links to itself', () => {
  it('is counted', async () => {
    put('images/1.jpg', 'images/2.jpg');
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) symlinkSync(at('images'), at('images', name));
    writeFileSync(at('data.yaml'), 'train: images\nval: images\nnames: [a]\n');
    expect(await countImages(at('data.yaml'), 'train')).toBe(2);
  });
});
