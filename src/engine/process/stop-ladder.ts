import { execFile } from 'node:child_process';
import { sleep } from '../../base/async';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { exists, startOf } from './identity';
import { familyOf, listProcesses, type ProcessRow, taskkillProgram } from './process-table';
import { ROLE_VARIABLE, type RunMark, showsRun } from './run-environment';
import { HELPERS, trainersOfRun, treeOf } from './run-processes';

export const ASKED_MS = 5000;
export const INTERRUPTED_MS = 3000;
const CHECK_MS = 100;

export type StopOptions = {
  readonly askedMs?: number;
  readonly interruptedMs?: number;
  /** Returns true as soon as waiting should end: kill at once. */
  readonly hurry?: () => boolean;
  /** Returns true once the attempt is judged: what carries the run from then on is the next attempt's. */
  readonly isOver?: () => boolean;
};

/**
 * Ends a trainer that was asked to stop: 5 s later an interrupt, 3 s later a kill, to it and all it started, listed
 * again until none is left. Returns how far it had to go.
 */
export async function stopTrainer(
  target: StopTarget,
  options: StopOptions = {},
): Promise<'exited' | 'interrupted' | 'killed'> {
  const { askedMs = ASKED_MS, interruptedMs = INTERRUPTED_MS, hurry = () => false } = options;
  const members = whileNot(options.isOver, await membersOf(target));
  if (await becomesEmpty(members.left, askedMs, hurry)) return 'exited';
  if (!hurry()) await interrupt(members);
  if (await becomesEmpty(members.left, interruptedMs, hurry)) return 'interrupted';
  await killAll(members);
  return 'killed';
}

function whileNot(isOver: () => boolean = () => false, { left, sure }: Members): Members {
  return {
    left: () => (isOver() ? [] : left()),
    sure: async () => {
      const pids = await sure();
      return isOver() ? [] : pids;
    },
  };
}

/** After the trainer itself has ended: processes that it left behind get a moment, then a kill. */
export async function sweep(run: RunMark, pid: number, graceMs = INTERRUPTED_MS): Promise<number> {
  const members = await orphansOf(run, pid);
  const count = members.left().length;
  if (count === 0 || (await becomesEmpty(members.left, graceMs))) return 0;
  await killAll(members);
  return count;
}

async function becomesEmpty(
  left: () => readonly number[],
  withinMs: number,
  hurry: () => boolean = () => false,
): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (left().length > 0) {
    if (performance.now() >= until || hurry()) return false;
    await sleep(CHECK_MS);
  }
  return true;
}

/** Windows has no interrupt for a detached process: it is asked by file, then killed with its tree. */
async function interrupt({ sure }: Members): Promise<void> {
  if (process.platform === 'win32') return;
  for (const pid of await sure()) signal(pid, 'SIGINT');
}

async function killAll({ left, sure }: Members): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const pids = await sure();
    if (pids.length === 0) return;
    await kill(pids);
    await sleep(CHECK_MS);
  }
  throw new WordedError(words('processes {0} do not end, not even when killed', left().join(', ')));
}

/** Ends processes at once; on Windows with all that they have started. */
export async function kill(pids: readonly number[]): Promise<void> {
  if (process.platform === 'win32') await taskkill(pids);
  else for (const pid of pids) signal(pid, 'SIGKILL');
}

/** False if the process is gone. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function taskkill(pids: readonly number[]): Promise<void> {
  const args = ['/T', '/F', ...pids.flatMap((pid) => ['/PID', String(pid)])];
  return new Promise((resolve) => {
    execFile(taskkillProgram(), args, { windowsHide: true }, () => resolve());
  });
}

type StopTarget = {
  /** Every process that carries it is ended, except keeper and validator. */
  readonly run: RunMark;
  /** The trainer's own process. */
  readonly pid: number;
  /** Whether the trainer's own process is still alive. */
  readonly alive: () => boolean;
  /** This process has started it. Of an adopted one only its run's folder says so, which may be another user's. */
  readonly own: boolean;
};

/** The processes that a stop ends, found again and again. */
type Members = {
  /** Those that are alive; asks no other process. */
  readonly left: () => readonly number[];
  /** Those that may be signalled: a number may have been reused, or have been wrong from the start. */
  readonly sure: () => Promise<readonly number[]>;
};

/** The trainer and all that it has started. */
function membersOf(target: StopTarget): Promise<Members> | Members {
  return process.platform === 'linux' ? onLinux(target) : elsewhere(target);
}

/** What a trainer that has ended left behind. */
async function orphansOf(run: RunMark, pid: number): Promise<Members> {
  if (process.platform === 'linux') return both(() => trainersOfRun(run).map((p) => p.pid));
  const rows = await listProcesses().catch(() => []);
  const left = orphansIn(rows, { run, pid });
  return fromList(new Map(left.map((row) => [row.pid, row.started])), (member) => exists(member));
}

/** macOS: by their environment. Windows: by their parent, unless another process has its number by now. */
export function orphansIn(
  rows: readonly ProcessRow[],
  { run, pid }: Pick<StopTarget, 'run' | 'pid'>,
  platform = process.platform,
): readonly ProcessRow[] {
  if (platform !== 'win32') return rows.filter((row) => showsRun(row, run, platform) && !isHelper(row));
  return rows.some((row) => row.pid === pid) ? [] : familyOf(rows, pid);
}

const isHelper = ({ command }: ProcessRow): boolean =>
  [...HELPERS].some((role) => command.split(/\s+/).includes(`${ROLE_VARIABLE}=${role}`));

const both = (left: () => readonly number[]): Members => ({ left, sure: async () => left() });

/** By the environment of each, and the tree as it was before the first signal, with start times against reused pids. */
function onLinux(target: StopTarget): Members {
  const before = new Map(treeOf(target.pid).map((member) => [member, startOf(member) ?? '']));
  const isSame = (pid: number, started: string): boolean => started !== '' && startOf(pid) === started;
  return both(() => {
    const members = new Set(trainersOfRun(target.run).map((p) => p.pid));
    if (target.alive()) members.add(target.pid);
    for (const [pid, started] of before) if (pid !== target.pid && isSame(pid, started)) members.add(pid);
    return [...members];
  });
}

/** The tree as it is before the first signal; the list is asked again before each signal, not before each look. */
async function elsewhere(target: StopTarget): Promise<Members> {
  const { pid, run, own, alive } = target;
  const rows = await (own ? listProcesses().catch(() => []) : listProcesses());
  const root = rows.find((row) => row.pid === pid);
  const isOurs = own || (root !== undefined && showsRun(root, run));
  const before = new Map([[pid, ''], ...(isOurs ? familyOf(rows, pid) : []).map(startedOf)]);
  const listed = fromList(before, (member) => (member === pid ? alive() : exists(member)));
  const sure = async (): Promise<readonly number[]> => {
    const others = await listed.sure();
    return own && alive() && !others.includes(pid) ? [pid, ...others] : others;
  };
  return { ...listed, sure };
}

const startedOf = ({ pid, started }: ProcessRow): [number, string] => [pid, started];

function fromList(before: ReadonlyMap<number, string>, lives: (pid: number) => boolean): Members {
  const left = (): readonly number[] => [...before.keys()].filter(lives);
  const sure = async (): Promise<readonly number[]> => {
    if (left().length === 0) return [];
    const now = new Map((await listProcesses().catch(() => [])).map(startedOf));
    return left().filter((pid) => before.get(pid) !== '' && before.get(pid) === now.get(pid));
  };
  return { left, sure };
}
