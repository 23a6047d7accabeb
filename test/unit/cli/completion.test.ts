import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeManyRuns } from '../../helpers/many-runs';
import { cli, lines } from './harness';

let root = '';
beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-completion-'));
  await writeManyRuns(path.join(root, 'runs'), { count: 2, epochs: 1 });
  await writeManyRuns(path.join(root, 'other'), { count: 1, epochs: 1 });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const words = async (...written: string[]): Promise<string[]> =>
  lines((await cli(['completion', 'words', '--', ...written], root)).out);

describe('what may come next', () => {
  it('is a command', async () => {
    expect(await words('sto')).toEqual(['stop']);
    expect(await words('')).toEqual(expect.arrayContaining(['train', 'list', 'queue', 'completion', 'help']));
    expect(await words('nothing', '')).toEqual([]);
  });

  it('is a command below a command', async () => {
    expect(await words('queue', '')).toEqual(
      expect.arrayContaining(['add', 'list', 'move', 'remove', 'run', 'slots']),
    );
  });

  it('is an option of the command', async () => {
    expect(await words('list', '--w')).toEqual(['--where']);
    expect(await words('stop', '--after')).toEqual(['--after-epoch']);
  });

  it('is the name of a run, of the folder that the line names', async () => {
    expect(await words('show', '')).toEqual(['sweep-1', 'sweep-2', 'latest']);
    expect(await words('compare', 'sweep-1', 'sw')).toEqual(['sweep-1', 'sweep-2']);
    expect(await words('show', '--runs', 'other', '')).toEqual(['sweep-1', 'latest']);
    expect(await words('list', '--baseline', '')).toEqual(['sweep-1', 'sweep-2', 'latest']);
    // PowerShell cannot pass an empty word.
    expect(await words('stop', ' ')).toEqual(['sweep-1', 'sweep-2', 'latest']);
  });

  it('is left to the shell if it is a file', async () => {
    expect(await words('train', '')).toEqual([]);
    expect(await words('show', '--runs', '')).toEqual([]);
  });
});

describe('the script of a shell', () => {
  it('asks for the words', async () => {
    for (const shell of ['bash', 'zsh', 'fish', 'powershell'])
      expect((await cli(['completion', shell], root)).out).toContain('pitwall completion words');
  });

  it('is explained when help is asked for in its place', async () => {
    const { code, out } = await cli(['completion', '--help'], root);
    expect([code, out]).toEqual([0, expect.stringContaining('Usage: pitwall completion')]);
  });

  it('is refused for another one', async () => {
    const { code, err } = await cli(['completion', 'tcsh'], root);
    expect([code, err]).toEqual([
      2,
      'completion: tcsh is not a shell that is known; expected bash, zsh, fish, powershell\n',
    ]);
  });
});
