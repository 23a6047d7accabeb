import * as z from 'zod';

/**
 * How a trainer's own validation judges, reported once it is set up (pitwall_ultralytics/own_rule.py): its resolved
 * arguments, and what the code of its version does with them.
 */
export const zTrainerRule = z.object({
  conf: z.number(),
  iou: z.number(),
  max_det: z.number().int(),
  single_cls: z.boolean(),
  /** Boxes of different classes suppress each other. */
  agnostic: z.boolean(),
  /** Only labels of these classes count; null: all. */
  classes: z.array(z.number().int()).nullable(),
  split: z.string(),
  /** Share of the split that is used, or above 1 a count. */
  fraction: z.number(),
  /** Images that share one padded shape, if `rect`. */
  batch: z.number().int().min(1),
  rect: z.boolean(),
  matching: z.enum(['greedy', 'best-label']),
  /** How the precision curve ends beyond the last recall (8.4.37 changed it). */
  tail: z.enum(['drop', 'slope']),
  /** false: the head without NMS is judged, if there is one. */
  nms: z.boolean().nullable(),
});
export type TrainerRule = z.infer<typeof zTrainerRule>;

/** The rule that the numbers of a report follow. */
export const zReportRule = z.object({
  /** trainer: as the run's trainer validates by itself; standard: Ultralytics' defaults, the same for every run. */
  name: z.enum(['trainer', 'standard']),
  conf: z.number(),
  iou: z.number(),
  max_det: z.number().int(),
  classes: z.array(z.number().int()).optional(),
  matching: z.enum(['greedy', 'best-label']),
});
export type ReportRule = z.infer<typeof zReportRule>;
