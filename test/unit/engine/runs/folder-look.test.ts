import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { identityOf } from '../../../../src/engine/process/identity';
import { FolderLook } from '../../../../src/engine/runs/folder-look';
import { signRun } from '../../../../src/run/folder/signature';
import { updateMeta } from '../../../../src/run/folder/whole-file';
import { writeManyRuns } from '../../../helpers/many-runs';
import { STATE_VARIABLE } from '../../../helpers/platform';

// What is asked of the file system, by name of the file.
const asked = vi.hoisted(() => ({
  lstat: [] as string[],
  open: [] as string[],
  onLstat: undefined as ((file: string) => void) | undefined,
}));
vi.mock('node:fs', async (load) => {
  const fs = await load<typeof import('node:fs')>();
  const counted =
    (name: 'lstat' | 'open') =>
    (...argv: Parameters<typeof fs.open>) => {
      asked[name].push(String(argv[0]));
      if (name === 'lstat') asked.onLstat?.(String(argv[0]));
      return (fs[name] as typeof fs.open)(...argv);
    };
  return { ...fs, lstat: counted('lstat'), open: Object.assign(counted('open'), fs.open) };
});

const ENDED = 230;
const LIVE = 20;
const OLD = new Date(Date.now() - 60_000);
let root = '';
let state: string | undefined;
const runsDir = (): string => path.join(root, 'runs');
const at = (i: number): string => path.join(runsDir(), `sweep-${i}`);

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-look-'));
  state = process.env[STATE_VARIABLE];
  process.env[STATE_VARIABLE] = path.join(root, 'state');
});
afterEach(() => {
  asked.onLstat = undefined;
  if (state === undefined) delete process.env[STATE_VARIABLE];
  else process.env[STATE_VARIABLE] = state;
  rmSync(root, { recursive: true, force: true });
});

/** As its keeper, which is this process, writes it. */
function beat(i: number, step: number): void {
  const file = path.join(at(i), 'status.json');
  const status = JSON.parse(readFileSync(file, 'utf8'));
  const progress = { ...status.progress, step };
  const keeper = identityOf(process.pid);
  const text = JSON.stringify({ ...status, state: 'running', heartbeat: Date.now(), keeper, progress });
  writeFileSync(`${file}.aside`, text);
  renameSync(`${file}.aside`, file);
}

/** Nothing has been made in them lately: what their folders show is relied on. */
function settle(): void {
  for (let i = LIVE + 1; i <= LIVE + ENDED; i++) utimesSync(at(i), OLD, OLD);
  utimesSync(runsDir(), OLD, OLD);
}

async function lookAtMany(): Promise<FolderLook> {
  await writeManyRuns(runsDir(), { count: LIVE + ENDED, epochs: 1 });
  for (let i = 1; i <= LIVE; i++) beat(i, 1);
  settle();
  const look = new FolderLook(runsDir());
  await look.look();
  asked.lstat = [];
  asked.open = [];
  return look;
}

const ALL = { live: LIVE, settled: ENDED };
const named = (look: FolderLook, i: number) => look.listing.runs.find((run) => run.name === `sweep-${i}`);
const stepsIn = ({ listing }: FolderLook): number[] =>
  listing.runs
    .filter(({ presence }) => presence.keeperAlive)
    .map(({ status }) => status?.progress?.step ?? -1);

describe('a look at a runs folder that was looked at before', () => {
  it('costs one lookup for each run that did not change, and opens nothing', async () => {
    const look = await lookAtMany();
    const { isChanged } = await look.look(ALL);
    expect(isChanged).toBe(false);
    expect(asked.open.filter((file) => file.startsWith(root))).toEqual([]);
    expect(asked.lstat.length).toBe(LIVE + ENDED + 1);
    expect(new Set(asked.lstat).size).toBe(LIVE + ENDED + 1);
  });

  it('reads of a live run only the status that changed', async () => {
    const look = await lookAtMany();
    beat(3, 7);
    expect((await look.look(ALL)).isChanged).toBe(true);
    expect(asked.open).toEqual([path.join(at(3), 'status.json')]);
    expect(named(look, 3)?.status?.progress?.step).toBe(7);
  });

  it('goes round by turns: those come first that were not looked at for the longest', async () => {
    const look = await lookAtMany();
    for (let i = 1; i <= LIVE; i++) beat(i, 7);
    const turn = { live: LIVE / 4, settled: ENDED / 2 };
    for (let looks = 1; looks <= 4; looks++) {
      await look.look(turn);
      expect(stepsIn(look).filter((step) => step === 7)).toHaveLength((looks * LIVE) / 4);
    }
    await updateMeta(at(LIVE + 9), { title: 'Night' });
    await look.look(turn);
    await look.look(turn);
    expect(named(look, LIVE + 9)?.meta.title).toBe('Night');
  });

  it('reads once more what it has just read, though it is the turn of others', async () => {
    const look = await lookAtMany();
    const { read } = await look.look({ live: 2, settled: 0 });
    const dirs = read.flatMap((one) => (typeof one === 'object' ? one.dir : []));
    expect(dirs).toHaveLength(2);
    for (let i = 1; i <= LIVE; i++) beat(i, 7);
    expect((await look.lookAgain([...dirs, at(0)])).isChanged).toBe(true);
    const seen = look.listing.runs.filter(({ status }) => status?.progress?.step === 7);
    expect(seen.map(({ dir }) => dir).sort()).toEqual([...dirs].sort());
  });

  it('finds runs that are new, ended, resumed or gone', async () => {
    const look = await lookAtMany();
    mkdirSync(path.join(runsDir(), 'made'));
    await look.look({ live: 1, settled: 1 });
    expect(look.listing.others).toEqual([path.join(runsDir(), 'made')]);
    // Its files come later, and are found among what goes on.
    writeFileSync(path.join(runsDir(), 'made', 'run.json'), readFileSync(path.join(at(1), 'run.json')));
    rmSync(at(2), { recursive: true });
    beat(LIVE + 5, 3);
    const seen = await look.look({ live: LIVE + 1, settled: ENDED });
    expect([seen.isOther, named(look, 2)]).toEqual([true, undefined]);
    expect(look.listing.runs.some(({ name }) => name === 'made')).toBe(true);
    expect(named(look, LIVE + 5)?.presence.state).toBe('running');
    expect(look.listing.runs).toHaveLength(LIVE + ENDED);
  });

  it('sees a file that was replaced in a folder that does not show it, at the fifth look at the latest', async () => {
    const look = await lookAtMany();
    const i = LIVE + 4;
    await updateMeta(at(i), { title: 'Night' });
    utimesSync(at(i), OLD, OLD);
    writeFileSync(path.join(at(LIVE + 6), 'meta.json'), '{"title":"In place"}');
    for (let looks = 0; looks < 5; looks++) await look.look(ALL);
    expect([named(look, i)?.meta.title, named(look, LIVE + 6)?.meta.title]).toEqual(['Night', 'In place']);
  });

  it('reads all files of all if it has no turn, as what is asked for and what decides about a queue do', async () => {
    const look = await lookAtMany();
    await updateMeta(at(1), { title: 'Next' });
    await look.look();
    expect(named(look, 1)?.meta.title).toBe('Next');
  });

  it('sees that a run of a cluster is the user’s own, whenever its signature comes', async () => {
    await writeManyRuns(runsDir(), { count: 1, epochs: 1, signed: 1 });
    const [run, signature] = ['run.json', 'signature.json'].map((file) => path.join(at(1), file));
    const resolved = JSON.parse(readFileSync(run, 'utf8'));
    writeFileSync(run, JSON.stringify({ ...resolved, target: 'gpu' }));
    await signRun(at(1));
    const bytes = readFileSync(signature);
    rmSync(signature);
    // As what resumes it writes one after the other, while it is looked at.
    let lookups = 0;
    asked.onLstat = (file) => {
      if (file === run && ++lookups === 2) writeFileSync(signature, bytes);
    };
    const look = new FolderLook(runsDir());
    for (let looks = 0; looks < 3; looks++) await look.look();
    expect(lookups).toBeGreaterThan(1);
    expect(named(look, 1)?.own).toBe(true);
  });
});
