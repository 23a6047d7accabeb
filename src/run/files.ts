import * as z from 'zod';
import {
  AUGMENT,
  CHECKPOINTS,
  COMMAND,
  EARLY_STOP,
  type Experiment,
  FORMED,
  LOSS,
  PLAIN,
  REWIND,
  REWIND_DEFAULTS,
  SCHEDULE,
  VALIDATION,
} from '../domain/experiment/types';
import { zEpoch, zNumber, zSaid, zStep } from './schema';
import { RUN_STATES } from './state-names';

/** Formats of other programs that are read in a followed folder. */
export const FOLLOW_FORMATS = [
  ...(['jsonl', 'csv', 'tensorboard', 'regex'] as const),
  ...(['lightning', 'libreyolo', 'mmdetection', 'detr', 'wandb'] as const),
] as const;

/** The folder, of a run started by another program, that this run follows: it is only read. */
const zFollows = z.object({
  /** Absolute. It may not exist yet. */
  folder: z.string(),
  /** auto: by what is in the folder. */
  reads: z.enum(['auto', ...FOLLOW_FORMATS]).default('auto'),
  /** The file that is read, relative to the folder; undefined if the format implies it. */
  path: z.string().optional(),
  /** Our name of a metric -> tag or regular expression. */
  metrics: z.record(z.string(), z.string()).default({}),
});
export type Follows = z.infer<typeof zFollows>;
export type FollowReads = Follows['reads'];

/**
 * The resolved experiment of run.json. Keys of a later version stay as they are. @internal tests compare it with the keys.
 */
export const zExperiment: z.ZodType<Experiment> = z.looseObject({
  ...PLAIN,
  ...FORMED,
  schedule: z.looseObject(SCHEDULE),
  augment: z.looseObject(AUGMENT),
  loss: z.looseObject(LOSS),
  validation: z.looseObject(VALIDATION),
  early_stop: z.looseObject(EARLY_STOP),
  checkpoints: z.looseObject(CHECKPOINTS),
  // Later than format 1.
  rewind: z.looseObject(REWIND).default({ ...REWIND_DEFAULTS }),
  command: z.looseObject(COMMAND).optional(),
  passthrough: z.record(z.string(), z.unknown()),
  explicit: z.array(z.string()),
});

/** Run folders of this format and the one before are read. */
export const RUN_FORMAT = 1;
export const RUN_NAME = /^(?!\.)(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[A-Za-z0-9._-]{1,64}$/i;

/** Identity of a process, so that a recycled pid or another machine's pid is never taken for it. */
export const zIdentity = z.object({
  pid: z.number().int(),
  /** Start time as the system counts it (Linux: clock ticks since boot). */
  started: z.string(),
  boot: z.string(),
  host: z.string(),
  /** Pid namespace; empty if the system has none. */
  pidns: z.string(),
});
export type ProcessIdentity = z.infer<typeof zIdentity>;

/** run.json: written once by the host that starts the run. */
export const zRunFile = z.object({
  format: z.number().int(),
  id: z.string().min(1),
  name: z.string().regex(RUN_NAME, 'is not a name of a run'),
  created: z.number(),
  experiment: z.object({
    file: z.string(),
    text: z.string(),
    resolved: zExperiment,
  }),
  /** `--set` values, as written. */
  set: z.array(z.string()).default([]),
  cwd: z.string().min(1),
  git: z
    .object({
      commit: z.string(),
      dirty: z.boolean(),
      /** SHA-256 of changes.patch; absent: nothing was changed, or more than is kept. */
      changes: z.string().optional(),
    })
    .optional(),
  machine: z.object({
    host: z.string(),
    platform: z.string(),
    cpus: z.number(),
    memoryBytes: z.number(),
    node: z.string(),
  }),
  pitwall: z.string(),
  /** Folder of the last run of the queue when this one was queued behind it. */
  after: z.string().optional(),
  /** Interpreter of a trainer in Python, as the host chose it. */
  python: z.string().optional(),
  /** Nothing is trained here: a run that was started elsewhere is read. */
  follows: zFollows.optional(),
  /** Name of the target whose engine keeps it in a job: job.json says more. */
  target: z.string().max(200).optional(),
});
export type RunFile = z.infer<typeof zRunFile>;

/** A word without commas, so that several can be written in a row. */
export const RUN_TAG = /^[^\s,]{1,40}$/;

export const zMetaFile = z.object({
  title: z.string().optional(),
  notes: z.string().optional(),
  tags: z.array(z.string()).optional(),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  /** Its place among the runs that wait: the smaller is first. Without one, as old as the run is. */
  turn: z.number().optional(),
});
export type MetaFile = z.infer<typeof zMetaFile>;

/** An alarm without its numbers, as lists and notifications show it; `rule`: absent if written by an earlier Pitwall. */
export const zAlertText = z.object({
  t: z.number(),
  rule: z.string().optional(),
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  said: zSaid,
  next: zSaid,
});
export type AlertText = z.infer<typeof zAlertText>;

/** status.json: the keeper's report, replaced whole. */
export const zStatusFile = z.object({
  format: z.number().int(),
  state: z.enum(RUN_STATES),
  stalled: z.boolean().default(false),
  reason: z.string().optional(),
  /** The reason, for readers of other languages. */
  said: zSaid,
  /** While validating: the state that follows when the queue is empty. */
  ended: z.enum(RUN_STATES).optional(),
  exitCode: z.number().int().nullable().optional(),
  signal: z.string().nullable().optional(),
  heartbeat: z.number(),
  /** When it came to a final state, Unix ms: not moved by what is done to a run that has ended, gone once it trains again. */
  endedAt: z.number().optional(),
  keeper: zIdentity,
  trainer: zIdentity.optional(),
  validator: zIdentity.optional(),
  /** Checkpoints that wait for validation, and the one being validated. */
  queue: z.object({ validating: zEpoch.optional(), waiting: z.array(zEpoch) }).default({ waiting: [] }),
  validatorProblem: z.string().optional(),
  /** The same, for readers of other languages. */
  validatorSaid: zSaid,
  /** The progress of the run, so that a list of runs need not read events. */
  progress: z
    .object({
      attempt: z.number().int(),
      epoch: z.number().int(),
      epochs: z.number().int(),
      step: z.number().int(),
      totalSteps: z.number().int(),
      // `own`: by the trainer's own validation, Pitwall has none of this run.
      // `task`: what it is the metric of, if not of boxes.
      // The val set has no labels, so there is no best.
      unlabelled: z.literal(true).optional(),
      best: z
        .object({ epoch: zEpoch, map: zNumber, own: z.literal(true).optional(), task: z.string().optional() })
        .optional(),
    })
    .optional(),
  /** Of a run from the queue: what it got when its turn came. */
  turn: z.object({ slot: z.number().int().min(0).optional(), device: z.string().optional() }).optional(),
  /** The last alarm of a run that goes on. */
  alarm: zAlertText.optional().catch(undefined),
});
export type StatusFile = z.infer<typeof zStatusFile>;

/** checkpoints/epoch-NNNN/meta.json. */
export const zCheckpointMeta = z.object({
  format: z.number().int(),
  epoch: zEpoch,
  step: zStep,
  model: z.string(),
  names: z.array(z.string()),
  imgsz: z.number().int(),
  created: z.number(),
});
export type CheckpointMeta = z.infer<typeof zCheckpointMeta>;

export const checkpointPath = (epoch: number): string =>
  `checkpoints/epoch-${String(epoch).padStart(4, '0')}`;
export const detectionsPath = (epoch: number): string =>
  `validation/epoch-${String(epoch).padStart(4, '0')}.det`;
/** What is to be seen of a checkpoint that finds no boxes; pictures-file.ts. */
export const picturesPath = (epoch: number): string =>
  `validation/epoch-${String(epoch).padStart(4, '0')}.pictures.json`;
