import { type KeySpec, ownKey } from '../experiment/key-spec';

export const TARGET_KINDS = ['local', 'slurm'] as const;

/** A cluster that runs are submitted to, as a person wrote it down. */
export type SlurmSettings = {
  readonly kind: 'slurm';
  readonly name: string;
  /** The file or setting that it is from, for messages. */
  readonly from: string;
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  readonly gpus?: string;
  readonly cpus?: number;
  readonly memory?: string;
  readonly time?: string;
  readonly requeue: boolean;
  /** Seconds before the time limit at which the run is stopped, with a checkpoint to go on from. */
  readonly grace: number;
  /** Lines of shell before the run: they are executed. */
  readonly setup: readonly string[];
  /** Further options of sbatch, as --exclude=node7. */
  readonly options: readonly string[];
  /** Folder of the runs, seen by login node and compute nodes. */
  readonly runs?: string;
};

export type TargetSettings = SlurmSettings | { readonly kind: 'local'; readonly name: string };

/** This machine. */
export const LOCAL_SETTINGS = { kind: 'local', name: 'local' } as const satisfies TargetSettings;

const text = (key: string, doc: string): KeySpec => ownKey({ key, kind: 'text', default: null, doc });

/** The keys of a target in targets.yaml or in the setting pitwall.targets. */
export const TARGET_KEYS: readonly KeySpec[] = [
  ownKey({
    key: 'kind',
    kind: 'choice',
    choices: TARGET_KINDS,
    default: null,
    doc: 'local: this machine; slurm: jobs of a Slurm cluster.',
  }),
  text('partition', 'Partition of the jobs.'),
  text('account', 'Account that pays for them.'),
  text('qos', 'Quality of service.'),
  text('gpus', 'GPUs of a run: a number, or kind:number as a100:2.'),
  ownKey({ key: 'cpus', kind: 'int', min: 1, max: 4096, default: null, doc: 'CPU cores of a run.' }),
  text('memory', 'Memory of a run, as 32G.'),
  text('time', 'Time limit of a job, as 8:00:00 or 2-00:00:00.'),
  ownKey({
    key: 'requeue',
    kind: 'bool',
    default: true,
    doc: 'A job that is preempted, or whose node fails, waits again and goes on from its last checkpoint.',
  }),
  ownKey({
    key: 'grace',
    kind: 'int',
    min: 30,
    max: 3600,
    default: 120,
    unit: 'seconds',
    doc: 'So long before the time limit the run is stopped, so that it can be gone on with.',
  }),
  ownKey({
    key: 'setup',
    kind: 'texts',
    default: null,
    doc: 'Lines of shell that are executed before the run, as "module load cuda".',
  }),
  ownKey({ key: 'options', kind: 'texts', default: null, doc: 'Further options of sbatch.' }),
  text('runs', 'Folder of the runs, on storage that login node and compute nodes share.'),
];
