import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { createRun } from '../../../../src/run/folder/create';
import { requireActable } from '../../../../src/run/folder/ownership';
import { isOwnRun, signRun } from '../../../../src/run/folder/signature';
import { stateFolderOf } from '../../../../src/run/folder/state-folder';
import { canLink, STATE_VARIABLE, slashed } from '../../../helpers/platform';

let root: string;
let dir: string;
const before = { state: process.env[STATE_VARIABLE], home: process.env.HOME };
const useState = (name: string): void => {
  process.env[STATE_VARIABLE] = name === '' ? '' : path.join(root, name);
};

beforeEach(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-signature-'));
  useState('state');
  process.env.HOME = path.join(root, 'home');
  const text = 'model: nano\ndata: data.yaml\nepochs: 2\n';
  const run = await createRun({
    experimentFile: path.join(root, 'pcb.train.yaml'),
    text,
    experiment: parseExperiment(text, { file: 'pcb.train.yaml' }).draft,
    runsDir: path.join(root, 'runs'),
    pitwallVersion: '0.1.0',
  });
  dir = run.dir;
});

afterEach(() => {
  process.env[STATE_VARIABLE] = before.state;
  process.env.HOME = before.home;
  rmSync(root, { recursive: true, force: true });
});

describe("a run is its user's own", () => {
  it('as soon as it was started', async () => expect(await isOwnRun(dir)).toBe(true));

  it.runIf(canLink)('by every name that leads to it', async () => {
    symlinkSync(path.join(root, 'runs'), path.join(root, 'link'));
    expect(await isOwnRun(path.join(root, 'link', path.basename(dir)))).toBe(true);
  });

  it('not if it was copied, moved or put in the place of another', async () => {
    const copy = path.join(root, 'runs', 'copy');
    cpSync(dir, copy, { recursive: true });
    expect(await isOwnRun(copy)).toBe(false);
    renameSync(dir, path.join(root, 'runs', 'moved'));
    expect(await isOwnRun(path.join(root, 'runs', 'moved'))).toBe(false);
    renameSync(copy, dir);
    expect(await isOwnRun(dir)).toBe(false);
    renameSync(path.join(root, 'runs', 'moved'), path.join(root, 'runs', 'back'));
  });

  it('not once run.json says something else', async () => {
    const file = path.join(dir, 'run.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"cwd": "', '"cwd": "/elsewhere'));
    expect(await isOwnRun(dir)).toBe(false);
  });

  it('not for another user, who cannot make the mark', async () => {
    useState('another');
    expect(await isOwnRun(dir)).toBe(false);
    await expect(requireActable(dir)).rejects.toThrow(
      /^.*: was not started by you, or was copied or moved since: /,
    );
    if (process.platform === 'linux')
      await expect(requireActable(dir)).rejects.toThrow(
        / \(runs are known as yours by the key below XDG_STATE_HOME, .+another\)$/,
      );
  });

  it("on every machine that has the user's home folder", async () => {
    cpSync(path.join(root, 'state'), path.join(root, 'same-home'), { recursive: true });
    useState('same-home');
    expect(await isOwnRun(dir)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')(
    'in an editor that was started without XDG_STATE_HOME, once that has a key too',
    async () => {
      useState('');
      expect(await isOwnRun(dir)).toBe(false);
      await signRun(dir);
      useState('state');
      const later = path.join(root, 'runs', 'later');
      cpSync(dir, later, { recursive: true });
      rmSync(path.join(later, 'signature.json'));
      await signRun(later);
      useState('');
      expect(await isOwnRun(later)).toBe(true);
    },
  );

  it('not if run.json was exchanged while they read what it names', async () => {
    const file = path.join(dir, 'run.json');
    rmSync(path.join(dir, 'signature.json'));
    const shown = readFileSync(file);
    writeFileSync(file, String(shown).replace('"cwd": "', '"cwd": "/elsewhere'));
    await signRun(dir, shown);
    expect(await isOwnRun(dir)).toBe(false);
    writeFileSync(file, shown);
    expect(await isOwnRun(dir)).toBe(true);
  });

  it('once they gave their word, which leaves the first place its own', async () => {
    const copy = path.join(root, 'runs', 'copy');
    cpSync(dir, copy, { recursive: true });
    await signRun(copy);
    expect([await isOwnRun(copy), await isOwnRun(dir)]).toEqual([true, true]);
    expect(JSON.parse(readFileSync(path.join(copy, 'signature.json'), 'utf8')).marks).toHaveLength(2);
  });

  it.runIf(canLink)('not by a signature that is a link, torn or made up', async () => {
    const file = path.join(dir, 'signature.json');
    const real = path.join(root, 'real.json');
    renameSync(file, real);
    symlinkSync(real, file);
    expect(await isOwnRun(dir)).toBe(false);
    rmSync(file);
    for (const text of ['', '{', JSON.stringify({ format: 1, marks: ['0'.repeat(64), ''] })]) {
      writeFileSync(file, text);
      expect(await isOwnRun(dir)).toBe(false);
    }
  });
});

describe('the key', () => {
  it.skipIf(process.platform === 'win32')("is its user's alone", () => {
    const mode = (file: string): number => statSync(path.join(root, 'state/pitwall', file)).mode & 0o777;
    expect([mode('.'), mode('key')]).toEqual([0o700, 0o600]);
  });

  it('is in the folder that the system has for such things', () => {
    const check = (platform: NodeJS.Platform, env: Record<string, string>, expected: string): void =>
      expect(slashed(stateFolderOf(env, '/home/u', platform))).toBe(expected);
    check('linux', {}, '/home/u/.local/state/pitwall');
    check('linux', { XDG_STATE_HOME: '/state' }, '/state/pitwall');
    check('linux', { XDG_STATE_HOME: 'state' }, '/home/u/.local/state/pitwall');
    check('darwin', { XDG_STATE_HOME: '/state' }, '/home/u/Library/Application Support/pitwall');
    check('win32', { LOCALAPPDATA: '/local' }, '/local/pitwall');
  });

  it('that is damaged is reported and not replaced', async () => {
    useState('damaged');
    mkdirSync(path.join(root, 'damaged/pitwall'), { recursive: true });
    writeFileSync(path.join(root, 'damaged/pitwall/key'), 'torn');
    await expect(isOwnRun(dir)).rejects.toThrow(/key is not a key of Pitwall's; delete it/);
  });
});
