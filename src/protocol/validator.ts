import * as z from 'zod';
import type { Words } from '../base/words';
import { REPORTED_MATCHING } from '../domain/evaluation/ultralytics/match';
import { zWords } from '../run/schema';
import { zDrawn, zValidationReport } from '../run/validation';
import { zOwnMetrics } from './line-process';

// What may be requested of the validator process, over a Channel on the child's IPC.

/** What decides the numbers besides model and images; see src/run/trainer-rule.ts. Defaults: the standard rule. */
const JUDGING = {
  /** Which images are drawn together when checkpoints are compared; see src/domain/compare/grouping.ts. */
  groups: z.string().default('auto'),
  rule: z.enum(['trainer', 'standard']).default('standard'),
  conf: z.number().default(0.001),
  iou: z.number().default(0.7),
  max_det: z.number().int().default(300),
  agnostic: z.boolean().default(false),
  classes: z.array(z.number().int()).optional(),
  /** Of the split: a share, or above 1 a count. */
  fraction: z.number().default(1),
  matching: z.enum(['greedy', 'best-label']).default(REPORTED_MATCHING),
  tail: z.enum(['drop', 'slope']).default('drop'),
} as const;

/** Which images, how they are batched, and on which device. */
export const zValidateParams = z.object({
  /** ONNX file, absolute. */
  model: z.string(),
  /** Dataset YAML, absolute. */
  data: z.string(),
  split: z.string().default('val'),
  device: z.string().default('auto'),
  batch: z.union([z.number().int().min(1), z.literal('auto')]).default('auto'),
  half: z.enum(['auto', 'on', 'off']).default('auto'),
  /** Absent: what the model's metadata says. */
  imgsz: z.number().int().optional(),
  single_cls: z.boolean().default(false),
  ...JUDGING,
  /** Batches of similar aspect ratio in shapes of their own; auto: if the model takes any size, as Ultralytics does. */
  rect: z.enum(['auto', 'on', 'off']).default('auto'),
  /** Images that share one rect shape; absent: as many as run at once. */
  rectBatch: z.number().int().min(1).optional(),
  /** File for the detections (.det); absent: not written. */
  det: z.string().optional(),
  /** File for what is to be seen of a classifier's mistakes; absent: not written. */
  pictures: z.string().optional(),
  /** File for COCO detections JSON; absent: not written. */
  saveJson: z.string().optional(),
});
export type ValidateParams = z.infer<typeof zValidateParams>;
export type JudgingParams = Pick<ValidateParams, keyof typeof JUDGING>;

/** What is kept of a checkpoint to compare it with others. */
export const zDraws = zDrawn.omit({ type: true, t: true, epoch: true });
export type Draws = z.infer<typeof zDraws>;

export const zValidateResult = z.object({
  report: zValidationReport,
  /** Of the content of what was judged: images, labels, class names. */
  fingerprint: z.string(),
  /** Lines to report: corrupt images, classes out of range, FP16 decisions. */
  problems: z.array(zWords),
  /** Why this device and this precision; absent if another program has chosen them. */
  why: zWords.optional(),
  /** Of a task whose detections are not kept as boxes. */
  draws: zDraws.optional(),
});
export type ValidateResult = z.infer<typeof zValidateResult>;

/** A validation that another program ran: the file of its detections, and what it reported. */
export const zAssessParams = z.object({
  data: z.string(),
  split: z.string().default('val'),
  single_cls: z.boolean().default(false),
  ...JUDGING,
  imgsz: z.number().int(),
  batch: z.number().int(),
  half: z.boolean(),
  device: z.string(),
  /** Detections, see src/validator/val-set/recorded.ts. */
  recorded: z.string(),
  /** File for the detections (.det); absent: not written. */
  det: z.string().optional(),
  /** Seconds inside the model, and of the whole validation. */
  inference: z.number(),
  seconds: z.number(),
  own: zOwnMetrics,
});
export type AssessParams = z.infer<typeof zAssessParams>;

export const zPredictParams = z.object({
  model: z.string(),
  images: z.array(z.string()),
  device: z.string().default('auto'),
  half: z.enum(['auto', 'on', 'off']).default('auto'),
  imgsz: z.number().int().optional(),
  conf: z.number().default(0.25),
  iou: z.number().default(0.7),
  max_det: z.number().int().default(300),
  /** Folder for copies of the images with boxes drawn; absent: none. */
  save: z.string().optional(),
});
export type PredictParams = z.infer<typeof zPredictParams>;

export const zPrediction = z.object({
  image: z.string(),
  width: z.number(),
  height: z.number(),
  /** Pixels of the original image. */
  boxes: z.array(
    z.object({
      x1: z.number(),
      y1: z.number(),
      x2: z.number(),
      y2: z.number(),
      score: z.number(),
      class: z.number().int(),
      name: z.string(),
    }),
  ),
  seconds: z.number(),
  saved: z.string().optional(),
  problem: z.string().optional(),
});
export type Prediction = z.infer<typeof zPrediction>;

/** One execution provider and why it can or cannot be used. */
export const zDeviceReport = z.object({
  provider: z.string(),
  device: z.string(),
  available: z.boolean(),
  software: z.boolean().default(false),
  half: z.boolean(),
  halfReason: z.string(),
  reason: z.string(),
});
export type DeviceReport = z.infer<typeof zDeviceReport>;

/** Two .det files; is b better than a? */
export const zCompareParams = z.object({ a: z.string(), b: z.string() });
export type CompareParams = z.infer<typeof zCompareParams>;
export type CompareResult =
  | {
      readonly kind: 'compared';
      readonly difference: number;
      readonly low: number;
      readonly high: number;
      readonly probabilityBetter: number;
    }
  | { readonly kind: 'refused'; readonly why: Words };

/** A .det file; what is kept of it when it is gone. */
export const zDrawParams = z.object({ det: z.string() });
export type DrawParams = z.infer<typeof zDrawParams>;
export type DrawResult =
  | (Draws & { readonly kind: 'drawn' })
  | { readonly kind: 'refused'; readonly why: Words };

/** What Ultralytics' own val matched for a task other than detection (src/validator/draw-matched.ts). */
export const zDrawMatchedParams = z.object({
  data: z.string(),
  recorded: z.string(),
  /** All that decides the numbers besides model and images. */
  judgedBy: z.string(),
});
export type DrawMatchedParams = z.infer<typeof zDrawMatchedParams>;
export type DrawMatchedResult = { readonly fingerprint: string; readonly draws: Draws };

/** method -> params and result, for both ends of the channel. */
export type ValidatorMethods = {
  validate: { params: z.input<typeof zValidateParams>; result: ValidateResult };
  assess: { params: z.input<typeof zAssessParams>; result: ValidateResult };
  predict: { params: z.input<typeof zPredictParams>; result: Prediction[] };
  compare: { params: CompareParams; result: CompareResult };
  draw: { params: DrawParams; result: DrawResult };
  drawMatched: { params: DrawMatchedParams; result: DrawMatchedResult };
  devices: { params: Record<string, never>; result: DeviceReport[] };
};

/** Event `progress`, while a validation of `model` runs. */
export const zValidateProgress = z.object({
  model: z.string(),
  done: z.number().int(),
  total: z.number().int(),
});
export type ValidateProgress = z.infer<typeof zValidateProgress>;
