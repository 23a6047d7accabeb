import { type EngineJob, JOB_LOG } from './job-script';
import type { SlurmSettings } from './target-keys';

/**
 * The arguments of sbatch. Nothing of them goes through a shell; Slurm itself expands % in the whole path of the output, unless its
 * name begins with a backslash.
 */
export function sbatchArguments(settings: SlurmSettings, job: EngineJob): readonly string[] {
  const { partition, account, qos, gpus, cpus, memory, time, requeue, grace, options } = settings;
  const given: readonly (readonly [string, string | number | undefined])[] = [
    ['partition', partition],
    ['account', account],
    ['qos', qos],
    ['gres', gpus === undefined ? undefined : `gpu:${gpus}`],
    ['cpus-per-task', cpus],
    ['mem', memory],
    ['time', time],
  ];
  return [
    '--parsable',
    ...given.flatMap(([key, value]) => (value === undefined ? [] : [`--${key}=${value}`])),
    ...[`--job-name=${job.name}`, `--comment=${job.id}`, `--chdir=${job.dir}`],
    ...[`--output=\\${JOB_LOG}`, '--open-mode=append', '--export=ALL', '--nodes=1', '--ntasks=1'],
    // To the command line of ours alone, which stops the run in good order.
    `--signal=B:TERM@${grace}`,
    requeue ? '--requeue' : '--no-requeue',
    ...options,
    ...['--', job.script, ...job.argv],
  ];
}
