import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, makeFolderSync } from '../../../../src/run/folder/make-folder';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-folder-'));
  writeFileSync(path.join(dir, 'file'), '');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The message of both forms for a folder that cannot be made. */
async function checkRefused(folder: string, message: string): Promise<void> {
  await expect(makeFolder(folder)).rejects.toThrow(message);
  expect(() => makeFolderSync(folder)).toThrow(message);
}

describe('makeFolder', () => {
  it('makes a folder and those above it, once more without harm', async () => {
    const deep = path.join(dir, 'a/b/c');
    await makeFolder(deep);
    await makeFolder(deep);
    makeFolderSync(path.join(dir, 'd/e'));
    makeFolderSync(path.join(dir, 'd/e'));
    expect([deep, path.join(dir, 'd/e')].map((folder) => existsSync(folder))).toEqual([true, true]);
  });

  it('two at once get the same folder', async () => {
    const deep = path.join(dir, 'a/b/c/d');
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(deep)));
    expect(existsSync(deep)).toBe(true);
  });

  it('says which part is a file', async () => {
    await checkRefused(path.join(dir, 'file'), `${path.join(dir, 'file')}: a file has that name`);
    // Windows calls it missing, so that the folders above are tried.
    const isWindows = process.platform === 'win32';
    const deep = isWindows ? 'file: a file has that name' : 'a part of the path is a file';
    await checkRefused(path.join(dir, 'file/x/y'), deep);
  });

  it.runIf(process.platform === 'linux')('ends if a folder is there and takes none', () =>
    checkRefused('/proc/nowhere/runs', 'cannot make the folder /proc/nowhere: no folder can be made there'),
  );
});
