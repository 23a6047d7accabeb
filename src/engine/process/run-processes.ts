import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { ProcessIdentity, RunFile } from '../../run/files';
import { folderIdentity } from '../../run/folder/identity';
import { carriesRun, isOf, type RunMark } from './carries-run';
import { isAlive } from './identity';
import { listPids, readStat, readVariable } from './linux-proc';
import { type ProcessRole, ROLE_VARIABLE, RUN_VARIABLE } from './run-environment';
import { PS } from './system-programs';

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
 * only, whose /proc shows environments; elsewhere empty, and `treeOf` is used instead.
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
const SERVANTS: ReadonlySet<string> = new Set<ProcessRole>(['keeper', 'validator', 'exporter', 'own-val']);

/**
 * Whether the process that a run folder names is alive and belongs to this run. The folder may be from another user: a
 * pid in it is believed only if the process itself carries the run's id.
 */
export function livesForRun(
  identity: ProcessIdentity | undefined,
  run: RunMark,
): identity is ProcessIdentity {
  return identity !== undefined && isAlive(identity) && carriesRun(identity.pid, run);
}

/** The trainer, oldest first, and whatever it started. */
export function trainersOfRun(run: RunMark): RunProcess[] {
  return processesWhere((pid) => isOf(run, (name) => readVariable(pid, name)))
    .filter(({ role }) => !SERVANTS.has(role))
    .sort((a, b) => Number(a.started) - Number(b.started));
}

/** Process ids of a process and all that descend from it now, for systems that do not show environments. */
export function treeOf(root: number): number[] {
  const parents = readParents();
  const tree = [root];
  for (let i = 0; i < tree.length; i++)
    for (const [pid, parent] of parents) if (parent === tree[i] && !tree.includes(pid)) tree.push(pid);
  return tree;
}

function readParents(): [pid: number, parent: number][] {
  if (process.platform === 'linux')
    return listPids().flatMap((pid) => {
      const stat = readStat(pid);
      return stat ? [[pid, stat.parent] as [number, number]] : [];
    });
  const text = execFileSync(PS, ['-axo', 'pid=,ppid='], { encoding: 'utf8' });
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
}
