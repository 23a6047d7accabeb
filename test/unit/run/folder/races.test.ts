import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolderIn } from '../../../../src/run/folder/open-folder';
import { readText } from '../../../../src/run/folder/read-file';
import { removeFile, removeTree } from '../../../../src/run/folder/remove';
import { openToAppend, writeWhole } from '../../../../src/run/folder/write-file';
import { repositoryRoot } from '../../../helpers/shared';

// Only Linux has paths that start at an open folder; elsewhere a path is checked and then used.
const isLinux = process.platform === 'linux';
const hasPython = spawnSync('python3', ['--version']).status === 0;
const [FEWEST, MOST] = [500, 100_000];

let root: string;
let run: string;
let outside: string;
let swapper: ChildProcess;

beforeEach(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-race-'));
  [run, outside] = [path.join(root, 'run'), path.join(root, 'outside')];
  for (const folder of [path.join(run, 'checkpoints'), path.join(outside, 'epoch-0001')])
    mkdirSync(folder, { recursive: true });
  for (const name of ['1.json', 'epoch-0001/model.onnx', 'log'])
    writeFileSync(path.join(outside, name), 'secret');
  writeFileSync(path.join(run, 'checkpoints/1.json'), 'ours');
  const program = path.join(repositoryRoot, 'test/fixtures/processes/swap-folder.mjs');
  const args = [program, path.join(run, 'checkpoints'), outside];
  swapper = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (swapper.stdout) await once(swapper.stdout, 'data');
});

afterEach(async () => {
  swapper.kill('SIGKILL');
  await once(swapper, 'close');
  rmSync(root, { recursive: true, force: true });
});

const content = (): string =>
  readdirSync(outside, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) =>
      /json|onnx|log/.test(name) ? `${name}: ${readFileSync(path.join(outside, name), 'utf8')}` : name,
    )
    .join('\n');

/** Uses the folder again and again; returns how often that was done, and how often a link or nothing was there. */
async function useOften(use: (folder: string) => unknown): Promise<{ done: number; refused: number }> {
  const seen = { done: 0, refused: 0 };
  for (let i = 0; i < FEWEST || ((seen.done === 0 || seen.refused === 0) && i < MOST); i++) {
    try {
      await use(path.join(run, 'checkpoints'));
      seen.done++;
    } catch {
      seen.refused++;
    }
  }
  return seen;
}

describe.skipIf(!isLinux)('a folder that becomes a link while it is used', () => {
  const check = (name: string, use: (folder: string) => unknown): void => {
    it(`leads nowhere else: ${name}`, async () => {
      const before = content();
      const { done, refused } = await useOften(use);
      expect(content()).toBe(before);
      expect([done > 0, refused > 0], `${done} done, ${refused} refused`).toEqual([true, true]);
    });
  };
  check('written to', (folder) => writeWhole(path.join(folder, '1.json'), 'ours', { root: run }));
  check('appended to', (folder) => closeSync(openToAppend(path.join(folder, 'new'), { root: run })));
  check('made', (folder) => makeFolderIn(path.join(folder, 'epoch-0002'), run));
  check('a file deleted', (folder) => removeFile(path.join(folder, '1.json'), run));
  check('emptied', (folder) => {
    mkdirSync(path.join(run, 'checkpoints.real/epoch-0001'), { recursive: true });
    removeTree(path.join(folder, 'epoch-0001'), run);
  });
  it('leads nowhere else: read', async () => {
    const texts = new Set<string>();
    const { refused } = await useOften(async (folder) => {
      texts.add(await readText(path.join(folder, '1.json'), { most: 100, root: run }));
    });
    expect([[...texts], refused > 0]).toEqual([['ours'], true]);
  });
});

const PUBLISH = `
import pathlib, sys
from pitwall_ultralytics import checkpoints
run, done, refused = pathlib.Path(sys.argv[1]), 0, 0
for i in range(${MOST}):
    if i > ${FEWEST} and done and refused: break
    try:
        checkpoints.publish(run, run / "last.pt", {"epoch": 1, "step": 3})
        done += 1
    except OSError:
        refused += 1
print(done > 0, refused > 0)
`;

describe.skipIf(!isLinux || !hasPython)('the runner of Ultralytics', () => {
  it('publishes nothing elsewhere if checkpoints becomes a link meanwhile', () => {
    writeFileSync(path.join(run, 'last.pt'), 'weights');
    const before = content();
    const cwd = path.join(repositoryRoot, 'src/trainers/ultralytics');
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    const { stdout, stderr } = spawnSync('python3', ['-c', PUBLISH, run], { cwd, env, encoding: 'utf8' });
    expect(stdout, stderr).toBe('True True\n');
    expect(content()).toBe(before);
  });
});
