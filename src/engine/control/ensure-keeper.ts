import path from 'node:path';
import { requireActable } from '../../run/folder/ownership';
import { runPaths } from '../../run/folder/paths';
import { readRun } from '../../run/folder/read';
import { folderIdentity } from '../../run/folder/signature';
import { FOLDER_VARIABLE, nodeOf, runEnvironment } from '../process/run-environment';
import { spawnDetached } from '../process/spawn-detached';
import { isKeptByJob } from '../targets/job-file';
import { readOwner } from './lock';

export type HostOptions = {
  /** Folder of the bundles: keeper.js, trainer.js, validator.js. */
  readonly installDir: string;
  /** Node that runs the processes; the host's own if absent. */
  readonly nodePath?: string;
  /** The run ends with this process: for a job whose engine ends what it started. */
  readonly leash?: boolean;
  /** Only for the keeper: the host's settings of notifications, which hold secrets and are therefore not arguments. */
  readonly keeperEnv?: Readonly<Record<string, string>>;
};

/** What a new keeper does with a run that has no living trainer: finish what is left, start it, or resume it. */
export type KeeperTask = 'adopt' | 'start' | 'resume';

/**
 * Makes sure that a keeper supervises the run. Starts no trainer unless the task says so. `elsewhere`: another machine
 * or container, or a job of a cluster keeps it, nothing was started. Throws `NotOwnRun`.
 */
export async function ensureKeeper(
  runDir: string,
  options: HostOptions,
  task: KeeperTask = 'adopt',
): Promise<'running' | 'started' | 'elsewhere'> {
  // One clear line if it is not a run folder.
  const { target } = await readRun(runDir);
  if (target !== undefined && (await isKeptByJob(runDir))) return 'elsewhere';
  const owner = readOwner(runDir);
  if (owner.kind === 'elsewhere') return 'elsewhere';
  if (owner.kind === 'alive') return 'running';
  const run = await requireActable(runDir);
  const keeper = path.join(options.installDir, 'keeper.js');
  const child = await spawnDetached({
    program: nodeOf(options.nodePath).program,
    args: [
      keeper,
      path.resolve(runDir),
      ...(task === 'adopt' ? [] : [`--${task}`]),
      ...(options.leash ? ['--leash'] : []),
    ],
    cwd: path.dirname(path.resolve(runDir)),
    env: {
      ...runEnvironment(run.id, 'keeper', options.keeperEnv),
      [FOLDER_VARIABLE]: folderIdentity(runDir),
    },
    output: runPaths(runDir).keeperLog,
    ...(options.leash && { leash: true }),
  });
  child.unref();
  return 'started';
}
