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
/** A job's number. A part of an array has another form, and is never a run's. */
export const JOB_NUMBER = /^\d{1,12}$/;

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
  z.object({ kind: z.literal('running'), node: zText }),
  z.object({
    kind: z.literal('ended'),
    how: z.enum(JOB_ENDS),
    code: z.number().int().optional(),
    /** Who cancelled it. */
    by: zText.optional(),
  }),
  /** The engine does not know it any more. */
  z.object({ kind: z.literal('gone') }),
]);
export type JobState = z.infer<typeof zJobState>;

/** job.json: the job that keeps a run, written by hosts, whole. */
export const zJobFile = z.object({
  format: z.literal(1),
  kind: z.literal('slurm'),
  target: zText,
  /** The engine's number of it. */
  id: z.string().regex(JOB_NUMBER).optional(),
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

/** One sentence beside the state of the run. */
export function jobSentence({ state, target }: JobFile): Words {
  switch (state.kind) {
    case 'submitting':
      return words('is being submitted to {0}', target);
    case 'queued':
      return queuedSentence(state);
    case 'running':
      return words('its job runs on {0}', state.node);
    case 'ended':
      return endSentence(state);
    case 'gone':
      return words('Slurm does not know its job any more');
  }
}

function queuedSentence({ reason, ahead }: Extract<JobState, { kind: 'queued' }>): Words {
  if (ahead === undefined) return words('queued in Slurm: {0}', reason);
  if (ahead === 0) return words('queued in Slurm: next in its partition, {0}', reason);
  if (ahead === 1) return words('queued in Slurm: one job before it, {0}', reason);
  return words('queued in Slurm: {0} jobs before it, {1}', ahead, reason);
}

const ENDS: Readonly<Record<Exclude<JobEnd, 'failed' | 'cancelled'>, Words>> = {
  completed: words('its job in Slurm ended without a message of the run'),
  timeout: words('Slurm ended its job at the time limit'),
  out_of_memory: words('Slurm ended its job: out of memory'),
  node_fail: words('Slurm ended its job: its node failed'),
  preempted: words('Slurm ended its job for one of higher priority'),
};

function endSentence({ how, code, by }: Extract<JobState, { kind: 'ended' }>): Words {
  if (how === 'cancelled')
    return by === undefined
      ? words('its job was cancelled in Slurm')
      : words('its job was cancelled in Slurm by user {0}', by);
  if (how !== 'failed') return ENDS[how];
  return code === undefined
    ? words('its job failed in Slurm')
    : words('its job failed in Slurm with exit code {0}', code);
}
