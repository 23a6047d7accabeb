import type { SlurmSettings } from './target-keys';

export type SlurmJob = {
  /** The run's name: letters, digits, dot, dash and underscore. */
  readonly name: string;
  /** The run's id, by which its job is found again if the answer to its submission was lost. */
  readonly id: string;
  /** The run folder. */
  readonly dir: string;
  readonly script: string;
  /** What the job runs: each argument reaches the program as it is. */
  readonly argv: readonly string[];
};

/** The output of a job, beside the run's files. */
export const JOB_LOG = 'job.log';

/**
 * The arguments of sbatch. Nothing of them goes through a shell; Slurm itself expands % in the whole path of the output, unless its
 * name begins with a backslash.
 */
export function sbatchArguments(settings: SlurmSettings, job: SlurmJob): readonly string[] {
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

/** The script of every job: the target's own lines, then the arguments of the job, which no shell reads again. */
export function jobScript({ setup }: Pick<SlurmSettings, 'setup'>): string {
  return [
    '#!/bin/bash',
    '# Written by Pitwall. The lines of the target are between the two of its own.',
    // A script that is sourced would see them as its own.
    'pitwall=("$@"); set --',
    ...setup,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an array of bash
    'exec "${pitwall[@]}"',
    '',
  ].join('\n');
}
