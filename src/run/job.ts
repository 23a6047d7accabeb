import * as z from 'zod';
import { type Words, words } from '../base/words';
import type { RunStateName } from './state-names';

/** How a job of an engine ended, whatever its run says. */
export const JOB_ENDS = [
  'completed',
  'failed',
  'cancelled',
  'timeout',
  'out_of_memory',
  'node_fail',
  'preempted',
] as const;
export type JobEnd = (typeof JOB_ENDS)[number];

const zText = z.string().max(200);
/** A job's number in Slurm. A part of an array has another form, and is never a run's. */
export const JOB_NUMBER = /^\d{1,12}$/;
/** The name of a job in Ray, which is also that of a file: chosen by who submits it. */
export const SUBMISSION = /^pitwall-[\w-]{1,80}$/;

export const zJobState = z.discriminatedUnion('kind', [
  /** It is being handed over; after a minute without a number it has not been. */
  z.object({ kind: z.literal('submitting') }),
  /** `ahead`: jobs that wait in the same partition and come first; `starts`: as the engine expects, Unix ms. */
  z.object({
    kind: z.literal('queued'),
    reason: zText,
    ahead: z.number().int().min(0).optional(),
    starts: z.number().optional(),
  }),
  z.object({ kind: z.literal('running'), node: zText, isSuspended: z.literal(true).optional() }),
  z.object({
    kind: z.literal('ended'),
    how: z.enum(JOB_ENDS),
    code: z.number().int().optional(),
    /** Who cancelled it. */
    by: zText.optional(),
    /** The last that it printed before it failed. */
    printed: zText.optional(),
  }),
  /** The engine does not know it any more. */
  z.object({ kind: z.literal('gone') }),
]);
export type JobState = z.infer<typeof zJobState>;

/** job.json: the job that keeps a run, written by hosts, whole. */
export const zJobFile = z.object({
  format: z.literal(1),
  kind: z.enum(['slurm', 'ray']),
  target: zText,
  /** The engine's number or name of it. */
  id: z.union([z.string().regex(JOB_NUMBER), z.string().regex(SUBMISSION)]).optional(),
  submitted: z.number(),
  state: zJobState,
  /** When it was first seen in a state of this kind. */
  since: z.number(),
});
export type JobFile = z.infer<typeof zJobFile>;

/** Whether the engine may still begin it or go on with it. */
export const isOpenJob = ({ state }: JobFile): boolean => state.kind !== 'ended' && state.kind !== 'gone';

/** A hand-over that was cut short. */
export const SUBMITTED_WITHIN_MS = 60_000;

/** What a run is whose processes left no word, by the end of its job. */
export const STATE_OF_END: Readonly<Record<JobEnd, RunStateName>> = {
  completed: 'lost',
  failed: 'failed',
  cancelled: 'stopped',
  timeout: 'stopped',
  out_of_memory: 'failed',
  node_fail: 'lost',
  preempted: 'stopped',
};

/** As people call them. */
export const ENGINE_NAMES: Readonly<Record<JobFile['kind'], string>> = { slurm: 'Slurm', ray: 'Ray' };

/** One sentence beside the state of the run. */
export function jobSentence({ kind, state, target }: JobFile): Words {
  const engine = ENGINE_NAMES[kind];
  switch (state.kind) {
    case 'submitting':
      return words('is being submitted to {0}', target);
    case 'queued':
      return queuedSentence(engine, state);
    case 'running':
      return state.isSuspended
        ? words('its job on {0} is suspended by {1}', state.node, engine)
        : words('its job runs on {0}', state.node);
    case 'ended':
      return endSentence(kind, state);
    case 'gone':
      return words('{0} does not know its job any more', engine);
  }
}

function queuedSentence(engine: string, { reason, ahead }: Extract<JobState, { kind: 'queued' }>): Words {
  if (ahead === undefined) return words('queued in {0}: {1}', engine, reason);
  if (ahead === 0) return words('queued in {0}: next in its partition, {1}', engine, reason);
  if (ahead === 1) return words('queued in {0}: one job before it, {1}', engine, reason);
  return words('queued in {0}: {1} jobs before it, {2}', engine, ahead, reason);
}

type EndedJob = Extract<JobState, { kind: 'ended' }>;

function endSentence(kind: JobFile['kind'], { how, code, by, printed }: EndedJob): Words {
  const engine = ENGINE_NAMES[kind];
  switch (how) {
    case 'completed':
      return words('its job in {0} ended without a message of the run', engine);
    case 'timeout':
      return kind === 'ray'
        ? words('Ray found no place for its job in the time that it gives one')
        : words('{0} ended its job at the time limit', engine);
    case 'out_of_memory':
      return words('{0} ended its job: out of memory', engine);
    case 'node_fail':
      return words('{0} ended its job: its node failed', engine);
    case 'preempted':
      return words('{0} ended its job for one of higher priority', engine);
    case 'cancelled':
      return by === undefined
        ? words('its job was cancelled in {0}', engine)
        : words('its job was cancelled in {0} by user {1}', engine, by);
    case 'failed':
      return failedSentence(engine, { code, printed });
  }
}

function failedSentence(engine: string, { code, printed }: Pick<EndedJob, 'code' | 'printed'>): Words {
  const said =
    code === undefined
      ? words('its job failed in {0}', engine)
      : words('its job failed in {0} with exit code {1}', engine, code);
  return printed === undefined ? said : words('{0}: {1}', said, printed);
}
