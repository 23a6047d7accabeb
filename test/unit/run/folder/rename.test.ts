import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { renamePatiently, renamePatientlySync } from '../../../../src/run/folder/rename';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-rename-'));
  writeFileSync(path.join(dir, 'from'), 'new');
});
afterEach(() => rmSync(dir, { recursive: true }));

const at = (name: string): string => path.join(dir, name);

it('renames at once if nothing is in the way', async () => {
  await renamePatiently(at('from'), at('other'));
  renamePatientlySync(at('other'), at('third'));
  expect(readFileSync(at('third'), 'utf8')).toBe('new');
});

it('fails at once for a reason that does not pass', async () => {
  await expect(renamePatiently(at('absent'), at('x'), { platform: 'win32' })).rejects.toThrow('ENOENT');
  expect(() => renamePatientlySync(at('absent'), at('x'), { platform: 'win32' })).toThrow('ENOENT');
});

it.skipIf(process.platform !== 'win32')('waits on Windows until a file is no longer open', async () => {
  writeFileSync(at('to'), 'old');
  const reader = openSync(at('to'), 'r');
  const renamed = renamePatiently(at('from'), at('to'));
  expect(readFileSync(reader, 'utf8')).toBe('old');
  closeSync(reader);
  await renamed;
  expect(readFileSync(at('to'), 'utf8')).toBe('new');
});

it.skipIf(process.platform !== 'win32')('gives up on Windows when its patience ends', () => {
  writeFileSync(at('to'), 'old');
  const reader = openSync(at('to'), 'r');
  expect(() => renamePatientlySync(at('from'), at('to'), { forMs: 100 })).toThrow(/EPERM|EBUSY/);
  closeSync(reader);
});
