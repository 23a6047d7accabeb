import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBadInput } from '../../../../src/base/bad-input';
import { READ_MS } from '../../../../src/run/folder/bounds';
import { openToRead, openToReadSync, readText, readTextSync } from '../../../../src/run/folder/read-file';
import { removeFile, removeTree } from '../../../../src/run/folder/remove';
import { createFile, openToAppend, writeWhole } from '../../../../src/run/folder/write-file';
import { canLink, slashed } from '../../../helpers/platform';

const MOST = { most: 1000 };
let root: string;
let run: string;
let outside: string;
const inRun = (name: string): string => path.join(run, name);

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-doors-'));
  run = path.join(root, 'run');
  outside = path.join(root, 'outside');
  mkdirSync(run);
  mkdirSync(outside);
  writeFileSync(path.join(outside, 'canary.json'), 'canary');
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const canary = (): string => readFileSync(path.join(outside, 'canary.json'), 'utf8');

async function refusal(read: () => unknown): Promise<string> {
  try {
    await read();
  } catch (error) {
    expect(isBadInput(error)).toBe(true);
    return slashed((error as Error).message.replaceAll(root, ''));
  }
  throw new Error('was not refused');
}

describe('the door for reading', () => {
  const check = async (name: string, expected: string): Promise<void> => {
    expect(await refusal(() => readText(inRun(name), { ...MOST, root: run }))).toBe(expected);
    expect(await refusal(() => readTextSync(inRun(name), { ...MOST, root: run }))).toBe(expected);
  };

  it('gives a regular file in a folder of its root', async () => {
    mkdirSync(inRun('control'));
    writeFileSync(inRun('control/a.json'), 'text');
    expect(await readText(inRun('control/a.json'), { ...MOST, root: run })).toBe('text');
    expect(readTextSync(inRun('control/a.json'), { ...MOST, root: run })).toBe('text');
  });

  it.runIf(canLink)('follows no link, neither of the file nor on the way', async () => {
    symlinkSync(path.join(outside, 'canary.json'), inRun('run.json'));
    symlinkSync(outside, inRun('control'));
    await check('run.json', '/run/run.json: is a link, and links in a run folder are not followed');
    await check('control/canary.json', '/run/control: is a link, and links in a run folder are not followed');
  });

  it.skipIf(process.platform === 'win32')('waits for no pipe and reads no device', async () => {
    execFileSync('mkfifo', [inRun('status.json')]);
    await check('status.json', '/run/status.json: is a pipe or a device; a file was expected');
    expect(await refusal(() => readText('/dev/zero', MOST))).toBe(
      '/dev/zero: is a pipe or a device; a file was expected',
    );
    expect(await refusal(() => openToRead('/dev/zero', { links: 'follow' }))).toContain('device');
  });

  it('is patient with a file if it was this process that had no turn', async () => {
    const file = path.join(outside, 'canary.json');
    const reading = readText(file, { ...MOST, root: outside });
    // As a machine under load does it: longer than a file may take to answer, and nothing of this process runs.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, READ_MS + 500);
    expect(await reading).toBe(canary());
  });

  it('reads no folder and nothing that is too big', async () => {
    mkdirSync(inRun('meta.json'));
    writeFileSync(inRun('status.json'), '');
    truncateSync(inRun('status.json'), 3 * 2 ** 20);
    await check('meta.json', '/run/meta.json: is a folder; a file was expected');
    await check('status.json', '/run/status.json: has 3 MB; at most 0.1 MB of such a file are read');
  });

  it('lets what is missing be missing, and nothing above the root be reached', async () => {
    await expect(readText(inRun('absent'), MOST)).rejects.toThrow('ENOENT');
    await expect(readText(inRun('absent/file'), { ...MOST, root: run })).rejects.toThrow('ENOENT');
    expect(await refusal(() => readText(path.join(outside, 'canary.json'), { ...MOST, root: run }))).toBe(
      '/outside: is outside of /run',
    );
  });

  it.runIf(canLink)('follows the link of a file that a person named', () => {
    symlinkSync(path.join(outside, 'canary.json'), inRun('link'));
    closeSync(openToReadSync(inRun('link'), { links: 'follow' }));
  });
});

describe('the door for writing', () => {
  it.runIf(canLink)('replaces a link and leaves its target alone', async () => {
    symlinkSync(path.join(outside, 'canary.json'), inRun('status.json'));
    await writeWhole(inRun('status.json'), 'new');
    expect([canary(), readFileSync(inRun('status.json'), 'utf8')]).toEqual(['canary', 'new']);
  });

  it.runIf(canLink)('writes aside under a name that cannot be a link already', async () => {
    for (let i = 0; i < 64; i++)
      symlinkSync(path.join(outside, 'canary.json'), inRun(`status.json.${process.pid}.${i}.tmp`));
    for (let i = 0; i < 8; i++) await writeWhole(inRun('status.json'), `text ${i}`);
    expect(canary()).toBe('canary');
    expect(readdirSync(run).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it.runIf(canLink)('enters no link on the way and makes folders that are missing', async () => {
    symlinkSync(outside, inRun('control'));
    expect(await refusal(() => writeWhole(inRun('control/a.json'), '', { root: run }))).toContain(
      'is a link',
    );
    await writeWhole(inRun('fresh/trainer/a.json'), 'text', { root: run });
    expect(readFileSync(inRun('fresh/trainer/a.json'), 'utf8')).toBe('text');
    expect(readdirSync(outside)).toEqual(['canary.json']);
  });

  it.runIf(canLink)('appends to a plain file only', async () => {
    symlinkSync(path.join(outside, 'canary.json'), inRun('keeper.jsonl'));
    symlinkSync(path.join(outside, 'absent'), inRun('stdout.log'));
    linkSync(path.join(outside, 'canary.json'), inRun('events.jsonl'));
    for (const name of ['keeper.jsonl', 'stdout.log', 'events.jsonl'])
      await refusal(() => openToAppend(inRun(name)));
    const handle = openToAppend(inRun('validation.jsonl'));
    writeSync(handle, 'line\n');
    closeSync(handle);
    expect(readFileSync(inRun('validation.jsonl'), 'utf8')).toBe('line\n');
    expect([canary(), existsSync(path.join(outside, 'absent'))]).toEqual(['canary', false]);
  });

  it.runIf(canLink)('makes a file only if there is nothing, not even a link that leads nowhere', () => {
    symlinkSync(path.join(outside, 'absent'), inRun('.gitignore'));
    expect(() => createFile(inRun('.gitignore'), '*\n')).toThrow('EEXIST');
    expect(existsSync(path.join(outside, 'absent'))).toBe(false);
  });
});

describe('the door for deleting', () => {
  it.runIf(canLink)('deletes a link and never what it leads to', async () => {
    symlinkSync(path.join(outside, 'canary.json'), inRun('a.json'));
    symlinkSync(outside, inRun('epoch-0001'));
    removeFile(inRun('a.json'));
    removeTree(inRun('epoch-0001'));
    expect([canary(), readdirSync(run)]).toEqual(['canary', []]);
  });

  it.runIf(canLink)('enters no link on the way', async () => {
    symlinkSync(outside, inRun('control'));
    expect(await refusal(() => removeFile(inRun('control/canary.json'), run))).toContain('is a link');
    expect(await refusal(() => removeTree(inRun('control/canary.json'), run))).toContain('is a link');
    expect(canary()).toBe('canary');
  });

  it.runIf(canLink)('deletes a folder with the links in it', () => {
    mkdirSync(inRun('checkpoints/epoch-0001/deep'), { recursive: true });
    writeFileSync(inRun('checkpoints/epoch-0001/deep/model.onnx'), '');
    symlinkSync(outside, inRun('checkpoints/epoch-0001/deep/link'));
    removeTree(inRun('checkpoints/epoch-0001'), run);
    expect([canary(), readdirSync(inRun('checkpoints'))]).toEqual(['canary', []]);
  });

  it('does not mind what is not there', () => {
    removeFile(inRun('absent/a.json'), run);
    removeTree(inRun('absent'), run);
    expect(readdirSync(run)).toEqual([]);
  });
});
