import { execFile } from 'node:child_process';
import { sleep } from '../../base/async';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import type { RunMark } from './carries-run';
import { type Members, membersOf, orphansOf, type StopTarget } from './stop-members';
import { taskkillProgram } from './system-programs';

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
