import * as z from 'zod';

/** The folder, of a run started by another program, that this run follows: it is only read. */
export const zFollows = z.object({
  /** Absolute. It may not exist yet. */
  folder: z.string(),
  /** auto: by what is in the folder. */
  reads: z.enum(['auto', 'jsonl', 'csv', 'tensorboard', 'regex']).default('auto'),
  /** The file that is read, relative to the folder; undefined if the format implies it. */
  path: z.string().optional(),
  /** Our name of a metric -> tag or regular expression. */
  metrics: z.record(z.string(), z.string()).default({}),
});
export type Follows = z.infer<typeof zFollows>;
export type FollowReads = Follows['reads'];
