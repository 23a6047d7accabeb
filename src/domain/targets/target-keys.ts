import { type KeySpec, ownKey } from '../experiment/key-spec';

export const TARGET_KINDS = ['local', 'slurm', 'ray'] as const;

/** What clusters have in common. */
type ClusterSettings = {
  readonly name: string;
  /** The file or setting that it is from, for messages. */
  readonly from: string;
  readonly gpus?: string;
  readonly cpus?: number;
  readonly memory?: string;
  /** Lines of shell before the run: they are executed. */
  readonly setup: readonly string[];
  /** Folder of the runs, seen by this machine and the nodes. */
  readonly runs?: string;
};

/** A Slurm cluster that runs are submitted to, as a person wrote it down. */
export type SlurmSettings = ClusterSettings & {
  readonly kind: 'slurm';
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  readonly time?: string;
  readonly requeue: boolean;
  /** Seconds before the time limit at which the run is stopped, with a checkpoint to go on from. */
  readonly grace: number;
  /** Further options of sbatch, as --exclude=node7. */
  readonly options: readonly string[];
};

/** A Ray cluster that runs are submitted to, as a person wrote it down. The token is never among its settings. */
export type RaySettings = ClusterSettings & {
  readonly kind: 'ray';
  /** Of its dashboard, without a slash at its end: http://head:8265. */
  readonly address: string;
  /** The file that the user's token is in. */
  readonly token_file?: string;
  /** Seconds that a stopped job has, before it is killed. */
  readonly grace: number;
};

export type EngineSettings = SlurmSettings | RaySettings;
export type EngineKind = EngineSettings['kind'];
export type TargetSettings = EngineSettings | { readonly kind: 'local'; readonly name: string };

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
    doc: 'local: this machine; slurm: jobs of a Slurm cluster; ray: jobs of a Ray cluster.',
  }),
  text('address', "Address of Ray's dashboard, as http://head:8265."),
  text('token_file', "File with the user's token for Ray; without it as Ray finds it (RAY_AUTH_TOKEN)."),
  text('partition', 'Partition of the jobs.'),
  text('account', 'Account that pays for them.'),
  text('qos', 'Quality of service.'),
  text('gpus', 'GPUs of a run: a number, in Slurm also kind:number as a100:2.'),
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
    doc: 'So long before the time limit the run is stopped, so that it can be gone on with; in Ray, so long it has for that.',
  }),
  ownKey({
    key: 'setup',
    kind: 'texts',
    default: null,
    doc: 'Lines of shell that are executed before the run, as "module load cuda".',
  }),
  ownKey({ key: 'options', kind: 'texts', default: null, doc: 'Further options of sbatch.' }),
  text('runs', 'Folder of the runs, on storage that this machine and the nodes share.'),
];

/** Keys that one kind of target alone has. */
export const KEYS_OF_ONE: Readonly<Record<string, EngineKind>> = {
  ...{ address: 'ray', token_file: 'ray' },
  ...{
    partition: 'slurm',
    account: 'slurm',
    qos: 'slurm',
    time: 'slurm',
    requeue: 'slurm',
    options: 'slurm',
  },
};
