import * as z from 'zod';
import { zSaid } from '../run/schema';
import { zClassMetrics } from '../run/validation';

// What the Python programs that stay warm say over their channel (src/trainers/ultralytics/pitwall_ultralytics/lines.py).

/** Event `ready`: the packages of its environment. */
export const zPythonReady = z.object({
  ultralytics: z.string(),
  torch: z.string(),
  cuda: z.boolean(),
  gpus: z.number().int(),
  onnx: z.boolean(),
});
export type PythonReady = z.infer<typeof zPythonReady>;

/** Event `refused`: its environment lacks something, and it ends. */
export const zPythonRefused = z.object({ message: z.string(), said: zSaid });

/** What Ultralytics' own `val` reports about a checkpoint. */
export const zOwnMetrics = z.object({
  map: z.number(),
  map50: z.number(),
  map75: z.number(),
  precision: z.number(),
  recall: z.number(),
});

/** Answer to `validate` of own_val.py. */
export const zOwnValAnswer = z.object({
  task: z.string(),
  /** Everything under Ultralytics' names. */
  named: z.record(z.string(), z.number()),
  fitness: z.number(),
  perClass: z.array(zClassMetrics),
  /** The detections were written to `out`. */
  recorded: z.boolean(),
  /** What was matched was written to `out` in its place. */
  matched: z.boolean().default(false),
  /** Why there are no pictures to look at. */
  unseen: z.string().optional(),
  metrics: zOwnMetrics,
  device: z.string(),
  half: z.boolean(),
  batch: z.number().int(),
  images: z.number().int(),
  inference: z.number(),
  seconds: z.number(),
});
export type OwnValAnswer = z.infer<typeof zOwnValAnswer>;
