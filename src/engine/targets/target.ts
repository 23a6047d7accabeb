import type { TargetSettings } from '../../domain/targets/target-keys';
import { type CreatedRun, createRun, type NewRun } from '../../run/folder/create';
import { readRun } from '../../run/folder/read';
import { removeTree } from '../../run/folder/remove';
import { ensureKeeper, type HostOptions, type KeeperTask } from '../control/ensure-keeper';
import { refuseBesideJob, resumeRun } from '../control/resume-run';
import { type SubmitOptions, submitJob } from './submit-job';

export type StartOptions = HostOptions & Pick<SubmitOptions, 'isPatient'>;

/** Something that runs are kept by: this machine, or an engine that gives their keepers a place. */
export type Target = {
  readonly kind: TargetSettings['kind'];
  /** What run.json says of it; undefined for this machine. */
  readonly name: string | undefined;
  /** Begins a run whose folder is made, or goes on with it. Throws one line if that is refused. */
  start(dir: string, task: Exclude<KeeperTask, 'adopt'>, options: StartOptions): Promise<void>;
};

export const LOCAL: Target = {
  kind: 'local',
  name: undefined,
  async start(dir, task, options) {
    if (task === 'resume') await resumeRun(dir, options);
    else await ensureKeeper(dir, options, task);
  },
};

export function targetOf(settings: TargetSettings): Target {
  if (settings.kind === 'local') return LOCAL;
  return {
    kind: settings.kind,
    name: settings.name,
    // The job begins what has not begun.
    start: (dir, _task, options) => submitJob(dir, settings, options),
  };
}

/** Goes on with a run that was begun on a target, as a new job of it. Throws one line if one still keeps it. */
export async function resumeOn(settings: TargetSettings, dir: string, options: StartOptions): Promise<void> {
  await refuseBesideJob(dir, await readRun(dir));
  await targetOf(settings).start(dir, 'resume', options);
}

/** Makes the folder of a run and begins it there: its keeper or its job, which outlive this process. */
export async function startRun(options: NewRun & StartOptions, target = LOCAL): Promise<CreatedRun> {
  const run = await createRun({ ...options, ...(target.name !== undefined && { target: target.name }) });
  await beginOn(target, run.dir, options);
  return run;
}

/** Begins a run whose folder was made just now. A run that an engine refuses leaves none: nothing of it has begun. */
export async function beginOn(target: Target, dir: string, options: StartOptions): Promise<void> {
  try {
    await target.start(dir, 'start', options);
  } catch (error) {
    if (target.kind !== 'local') removeTree(dir);
    throw error;
  }
}
