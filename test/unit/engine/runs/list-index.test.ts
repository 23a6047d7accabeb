import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listRuns, type RunListing } from '../../../../src/engine/runs/list-runs';
import { updateMeta } from '../../../../src/run/folder/whole-file';
import { writeManyRuns } from '../../../helpers/many-runs';
import { STATE_VARIABLE } from '../../../helpers/platform';

const COUNT = 210;
/** Enough of them to be worth an index. */
const OWN = 110;
let root = '';
const NAMES = [STATE_VARIABLE, 'HOME', 'USERPROFILE'] as const;
let before: (string | undefined)[] = [];
const runsDir = (): string => path.join(root, 'runs');
const lists = (): string => path.join(root, 'state', 'pitwall', 'lists');
const named = ({ runs }: RunListing, name: string) => runs.find((run) => run.name === name);

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-index-'));
  before = NAMES.map((name) => process.env[name]);
  // This user's own key is in the home folder, and would count.
  for (const name of NAMES) process.env[name] = root;
  process.env[STATE_VARIABLE] = path.join(root, 'state');
});
afterEach(() => {
  for (const [i, name] of NAMES.entries()) {
    if (before[i] === undefined) delete process.env[name];
    else process.env[name] = before[i];
  }
  rmSync(root, { recursive: true, force: true });
});

describe('what a list remembers of ended runs', () => {
  it('gives the same list again, and what has changed since', async () => {
    await writeManyRuns(runsDir(), { count: COUNT, epochs: 1, signed: OWN });
    const first = await listRuns(runsDir());
    expect(readdirSync(lists())).toHaveLength(1);
    const second = await listRuns(runsDir());
    expect(second.runs.map(({ changed, ...run }) => run)).toEqual(
      first.runs.map(({ changed, ...run }) => run),
    );
    await updateMeta(path.join(runsDir(), 'sweep-7'), { title: 'Night' });
    rmSync(path.join(runsDir(), 'sweep-9'), { recursive: true });
    const third = await listRuns(runsDir());
    expect([third.runs.length, named(third, 'sweep-7')?.meta.title]).toEqual([COUNT - 1, 'Night']);
  });

  it('does not make a run one’s own that was put in the place of one', async () => {
    await writeManyRuns(runsDir(), { count: COUNT, epochs: 1, signed: OWN });
    const first = await listRuns(runsDir());
    expect([named(first, 'sweep-1')?.own, named(first, 'sweep-2')?.own]).toEqual([true, true]);
    const at = (name: string): string => path.join(runsDir(), name);
    renameSync(at('sweep-1'), path.join(root, 'aside'));
    renameSync(at('sweep-2'), at('sweep-1'));
    const file = path.join(at('sweep-3'), 'run.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"cwd":"/"', '"cwd":"/tmp"'));
    const second = await listRuns(runsDir());
    expect([named(second, 'sweep-1')?.own, named(second, 'sweep-3')?.own]).toEqual([false, false]);
    expect(named(second, 'sweep-3')?.run.cwd).toBe('/tmp');
  });

  it('is nothing if it is damaged, or if the user’s key is another one', async () => {
    await writeManyRuns(runsDir(), { count: COUNT, epochs: 1, signed: OWN });
    await listRuns(runsDir());
    const [index] = readdirSync(lists()).map((name) => path.join(lists(), name));
    const head = JSON.stringify(JSON.parse(readFileSync(index, 'utf8')).head);
    for (const text of [
      '{"head":',
      'null',
      '5',
      `{"head":${head},"runs":5}`,
      `{"head":${head},"runs":[null]}`,
    ]) {
      writeFileSync(index, text);
      expect((await listRuns(runsDir())).runs).toHaveLength(COUNT);
    }
    rmSync(path.join(root, 'state', 'pitwall', 'key'));
    await writeManyRuns(path.join(root, 'other'), { count: 1, epochs: 1, signed: 1 });
    expect(named(await listRuns(runsDir()), 'sweep-1')?.own).toBe(false);
  });

  it('holds none of a stranger’s runs, nor runs so long that it would grow without end', async () => {
    await writeManyRuns(runsDir(), { count: COUNT, epochs: 1, signed: 4 });
    await listRuns(runsDir());
    expect(existsSync(lists())).toBe(false);
    const long = path.join(root, 'long');
    await writeManyRuns(long, { count: COUNT, epochs: 1, signed: OWN, data: 'd'.repeat(20_000) });
    expect((await listRuns(long)).runs.filter((run) => run.own)).toHaveLength(OWN);
    expect(existsSync(lists())).toBe(false);
  });

  it('is not written for a user who never started a run, nor for few runs', async () => {
    await writeManyRuns(runsDir(), { count: COUNT, epochs: 1 });
    await listRuns(runsDir());
    expect(existsSync(path.join(root, 'state'))).toBe(false);
    await writeManyRuns(path.join(root, 'few'), { count: 3, epochs: 1, signed: 3 });
    await listRuns(path.join(root, 'few'));
    expect(existsSync(lists())).toBe(false);
  });
});
