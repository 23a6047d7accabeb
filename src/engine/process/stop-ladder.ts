import { execFile } from 'node:child_process';
import { sleep } from '../../base/async';
import type { RunMark } from './carries-run';
import { startOf } from './identity';
import { trainersOfRun, treeOf } from './run-processes';
import { taskkillProgram } from './system-programs';

export const ASKED_MS = 5000;
export const INTERRUPTED_MS = 3000;
const CHECK_MS = 100;

export type StopTarget = {
  /** Every process that carries it is ended, except keeper and validator. */
  readonly run: RunMark;
  /** The trainer's own process. */
  readonly pid: number;
  /** Whether the trainer's own process is still alive. */
  readonly alive: () => boolean;
};

export type StopOptions = {
  readonly askedMs?: number;
  readonly interruptedMs?: number;
  /** Returns true as soon as waiting should end: kill at once. */
  readonly hurry?: () => boolean;
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
  const before = snapshot(target);
  const left = (): number[] => living(target, before);
  if (await becomesEmpty(left, askedMs, hurry)) return 'exited';
  if (!hurry()) signalAll(left(), 'SIGINT');
  if (await becomesEmpty(left, interruptedMs, hurry)) return 'interrupted';
  await killAll(left);
  return 'killed';
}

/** After the trainer itself has ended: processes that it left behind get a moment, then a kill. */
export async function sweep(run: RunMark, graceMs = INTERRUPTED_MS): Promise<number> {
  const left = (): number[] => trainersOfRun(run).map((p) => p.pid);
  const count = left().length;
  if (count === 0 || (await becomesEmpty(left, graceMs))) return 0;
  await killAll(left);
  return count;
}

type Snapshot = ReadonlyMap<number, string>;

/** If environments cannot be read: the tree as it is before the first signal, with start times against recycled pids. */
function snapshot({ pid }: StopTarget): Snapshot {
  if (process.platform === 'win32') return new Map([[pid, '']]);
  return new Map(treeOf(pid).map((member) => [member, startOf(member) ?? '']));
}

function living(target: StopTarget, before: Snapshot): number[] {
  const members = new Set(trainersOfRun(target.run).map((p) => p.pid));
  if (target.alive()) members.add(target.pid);
  for (const [pid, started] of before) if (pid !== target.pid && isSame(pid, started)) members.add(pid);
  return [...members];
}

/** A pid may have been reused since; a process that cannot be identified is not signalled. */
function isSame(pid: number, started: string): boolean {
  return started !== '' && startOf(pid) === started;
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

async function killAll(left: () => readonly number[]): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const pids = left();
    if (pids.length === 0) return;
    if (process.platform === 'win32') await taskkill(pids);
    else signalAll(pids, 'SIGKILL');
    await sleep(CHECK_MS);
  }
  throw new Error(`processes ${left().join(', ')} do not end, not even when killed`);
}

/** Windows has no interrupt for a detached process: it is asked by file, then killed with its tree. */
function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  if (process.platform === 'win32') return;
  for (const pid of pids) signal(pid, name);
}

/** False if the process is gone. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
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
