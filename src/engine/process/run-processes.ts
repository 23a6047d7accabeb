import path from 'node:path';
import type { ProcessIdentity, RunFile } from '../../run/files';
import { heldProcesses } from '../../run/folder/hold';
import { folderIdentity } from '../../run/folder/signature';
import { isAlive } from './identity';
import { listPids, readStat, readVariable } from './linux-proc';
import { isOf, type ProcessRole, ROLE_VARIABLE, RUN_VARIABLE, type RunMark } from './run-environment';

export type RunProcess = {
  readonly pid: number;
  readonly parent: number;
  readonly started: string;
  readonly role: string;
};

/** The run in a folder as its processes know it. */
export function markOf(dir: string, { id }: Pick<RunFile, 'id'>): RunMark {
  return { id, folder: folderIdentity(dir), dir: path.resolve(dir) };
}

/**
 * Every living process whose environment carries this run's id, grandchildren in sessions of their own included. Linux
 * only, whose /proc shows environments.
 *
 * @internal The tests signal and end them.
 */
export function processesOfRun(id: string): RunProcess[] {
  return processesWhere((pid) => readVariable(pid, RUN_VARIABLE) === id);
}

function processesWhere(holds: (pid: number) => boolean): RunProcess[] {
  if (process.platform !== 'linux') return [];
  return listPids()
    .filter(holds)
    .flatMap((pid) => {
      const stat = readStat(pid);
      if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return [];
      const role = readVariable(pid, ROLE_VARIABLE) ?? '';
      return [{ pid, parent: stat.parent, started: stat.started, role }];
    });
}

/** Processes that serve the run without training: a stop of the trainer does not affect them. */
export const HELPERS: ReadonlySet<string> = new Set<ProcessRole>([
  'keeper',
  'validator',
  'exporter',
  'own-val',
  'gpu-watch',
]);

/**
 * Whether the process that a run folder names is alive and belongs to this run. The folder may be from another user: on
 * Linux a pid in it is believed only if the process itself carries the run's id, elsewhere that is asked before it is
 * signalled.
 */
export function livesForRun(
  identity: ProcessIdentity | undefined,
  run: RunMark,
): identity is ProcessIdentity {
  if (identity === undefined || !isAlive(identity, run.dir)) return false;
  return process.platform !== 'linux' || isOf(run, (name) => readVariable(identity.pid, name));
}

/** The trainer, oldest first, and whatever it started; outside Linux the trainer and the program that it reads. */
export function trainersOfRun(run: RunMark): RunProcess[] {
  const found =
    process.platform === 'linux'
      ? processesWhere((pid) => isOf(run, (name) => readVariable(pid, name)))
      : heldProcesses(run.dir).map(({ pid, role, token }) => ({ pid, parent: 0, started: token, role }));
  return found
    .filter(({ role }) => !HELPERS.has(role))
    .sort((a, b) => Number(a.started) - Number(b.started) || b.role.localeCompare(a.role));
}

/** Process ids of a process and all that descend from it now, on Linux. */
export function treeOf(root: number): number[] {
  const parents = listPids().flatMap((pid) => {
    const stat = readStat(pid);
    return stat ? [[pid, stat.parent] as const] : [];
  });
  const tree = [root];
  for (let i = 0; i < tree.length; i++)
    for (const [pid, parent] of parents) if (parent === tree[i] && !tree.includes(pid)) tree.push(pid);
  return tree;
}

/** Whether a process that something else has listed is one of the run's, whatever it does for it. */
export function processOfRun(pid: number, dir: string, run: Pick<RunFile, 'id'>): boolean {
  if (process.platform !== 'linux') return heldProcesses(dir).some((held) => held.pid === pid);
  return isOf(markOf(dir, run), (name) => readVariable(pid, name));
}
