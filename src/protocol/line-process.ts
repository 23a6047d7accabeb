import * as z from 'zod';
import { zClassMetrics } from '../run/validation';

// Lines on the stdout of the Python processes that stay warm (src/trainers/ultralytics/pitwall_ultralytics/lines.py).

/** The environment of such a process; its first line. */
export const zPythonReady = z.object({
  ready: z.literal(true),
  ultralytics: z.string(),
  torch: z.string(),
  cuda: z.boolean(),
  gpus: z.number().int(),
  onnx: z.boolean(),
});
export type PythonReady = z.infer<typeof zPythonReady>;

const zFailed = z.object({ id: z.number().int(), error: z.string() });
const zAnswered = z.looseObject({ id: z.number().int(), seconds: z.number() });

export const zPythonLine = z.union([zPythonReady, zFailed, zAnswered, z.strictObject({ error: z.string() })]);

/** What Ultralytics' own `val` reports about a checkpoint. */
export const zOwnMetrics = z.object({
  map: z.number(),
  map50: z.number(),
  map75: z.number(),
  precision: z.number(),
  recall: z.number(),
});

/** Answer of own_val.py. */
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
  metrics: zOwnMetrics,
  device: z.string(),
  half: z.boolean(),
  batch: z.number().int(),
  images: z.number().int(),
  inference: z.number(),
  seconds: z.number(),
});
export type OwnValAnswer = z.infer<typeof zOwnValAnswer>;
