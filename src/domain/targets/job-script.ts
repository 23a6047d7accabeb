import type { EngineSettings } from './target-keys';

export type EngineJob = {
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

/** The script of every job: the target's own lines, then the arguments of the job, which no shell reads again. */
export function jobScript({ setup, kind }: Pick<EngineSettings, 'setup' | 'kind'>): string {
  return [
    '#!/bin/bash',
    '# Written by Pitwall. The lines of the target are between those of its own.',
    // A script that is sourced would see them as its own.
    'pitwall=("$@"); set --',
    ...(kind === 'ray' ? RAY_LINES : []),
    ...setup,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an array of bash
    'exec "${pitwall[@]}"',
    '',
  ].join('\n');
}

/** What sbatch does by its options. The log goes on to Ray too; a stop signals every process of a job, and its log is written to the end. */
const RAY_LINES = [
  'cd -- "$(dirname -- "$0")" || exit',
  `exec > >(trap '' TERM; exec tee -a ${JOB_LOG}) 2>&1`,
];
