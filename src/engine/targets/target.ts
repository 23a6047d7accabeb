import type { TargetSettings } from '../../domain/targets/target-keys';
import { ensureKeeper, type HostOptions, type KeeperTask } from '../control/ensure-keeper';
import { resumeRun } from '../control/resume-run';
import { submitJob } from './submit-job';

export type StartOptions = HostOptions & {
  /** Wait for an engine that does not answer now: a sweep of days outlives its restart. */
  readonly patient?: boolean;
};

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
