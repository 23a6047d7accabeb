import * as z from 'zod';

/** What a run follows that somebody else started: a folder that is only read. */
export const zFollows = z.object({
  /** Absolute. It may not be there yet. */
  folder: z.string(),
  /** auto: by what lies in the folder. */
  reads: z.enum(['auto', 'jsonl', 'csv', 'tensorboard', 'regex']).default('auto'),
  /** The file that is read, relative to the folder; undefined where the format says it. */
  path: z.string().optional(),
  /** Our name of a metric -> tag or regular expression. */
  metrics: z.record(z.string(), z.string()).default({}),
});
export type Follows = z.infer<typeof zFollows>;
export type FollowReads = Follows['reads'];
