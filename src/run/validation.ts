import * as z from 'zod';
import { words } from '../base/words';
import { zEpoch, zNumber, zRunPath, zSaid, zStep } from './schema';
import { zReportRule } from './trainer-rule';

const metric = zNumber;

export const zCocoStats = z.object({
  AP: metric,
  AP50: metric,
  AP75: metric,
  APs: metric,
  APm: metric,
  APl: metric,
  AR1: metric,
  AR10: metric,
  AR100: metric,
  ARs: metric,
  ARm: metric,
  ARl: metric,
});

/** -1, as pycocotools writes for missing values: COCO's numbers are of boxes. */
export const NO_COCO = zCocoStats.parse(
  Object.fromEntries(Object.keys(zCocoStats.shape).map((key) => [key, -1])),
);

export const zClassMetrics = z.object({
  class: z.number().int(),
  name: z.string().optional(),
  images: z.number().int(),
  labels: z.number().int(),
  precision: metric,
  recall: metric,
  f1: metric,
  ap50: metric,
  ap: metric,
});

/**
 * The output of `pitwall validate --json` and the content of validation.jsonl. map, map50, precision, recall:
 * Ultralytics' rule; coco: COCO's.
 */
export const zValidationReport = z.object({
  images: z.number().int(),
  device: z.string(),
  /** The output that map, map50, precision and recall measure (domain/run/task.ts); absent: boxes. */
  task: z.string().optional(),
  /** Everything that Ultralytics' own val reports for a task, under its names. */
  named: z.record(z.string(), metric).optional(),
  /** The number that decides the best checkpoint, if it is not map. */
  fitness: metric.optional(),
  /** The rule that map, map50, precision and recall follow. */
  rule: zReportRule.optional(),
  /** Who ran the model; absent: Pitwall's validator. */
  engine: z.literal('ultralytics').optional(),
  imgsz: z.number().int(),
  batch: z.number().int(),
  half: z.boolean(),
  /** Why this device, and why FP16 or not. */
  why: z.string().optional(),
  map: metric,
  map50: metric,
  map75: metric,
  precision: metric,
  recall: metric,
  f1: metric,
  confidence: metric,
  coco: zCocoStats,
  perClass: z.array(zClassMetrics),
  /** `inference` inside the session; `run` from the first image to the last box; `load` and `metrics` before and after. */
  seconds: z.object({
    total: metric,
    inference: metric,
    load: metric.optional(),
    run: metric.optional(),
    metrics: metric.optional(),
  }),
  /** Images of the split that could not be read and were left out. */
  skipped: z.number().int().default(0),
});
export type ValidationReport = z.infer<typeof zValidationReport>;

const t = z.number();

/** This checkpoint against the best before it, by a paired bootstrap over the val images: is the difference noise? */
export const zVersusBest = z.object({
  epoch: zEpoch,
  /** mAP50-95, this one minus the best before it. */
  difference: metric,
  /** 95 % interval of the difference. */
  low: metric,
  high: metric,
  probabilityBetter: metric,
  /**
   * Against all checkpoints compared so far, the best being a selected one; absent in runs of an earlier Pitwall. `inEnd`: by
   * what counts once the run has ended.
   */
  judged: z
    .object({ isWorse: z.boolean(), inEnd: z.boolean().optional(), among: z.number().int() })
    .optional(),
});
export type VersusBest = z.infer<typeof zVersusBest>;

export const zValidation = zValidationReport.extend({
  type: z.literal('validation'),
  t,
  epoch: zEpoch,
  step: zStep,
  path: zRunPath,
  /** Detections file, while it is kept. */
  det: zRunPath.optional(),
  /** Hash over the val set; runs are only compared on the same one. */
  fingerprint: z.string().optional(),
  versusBest: zVersusBest.optional(),
});
/** Why a checkpoint is skipped that waited when its run was stopped; a resume takes it back. */
export const LEFT_BY_STOP = words('the run was stopped before its turn came');

export const zSkipped = z.object({
  type: z.literal('skipped'),
  t,
  epoch: zEpoch,
  reason: z.string(),
  said: zSaid,
});
export const zValidationFailed = z.object({
  type: z.literal('failed'),
  t,
  epoch: zEpoch,
  message: z.string(),
  said: zSaid,
});

/** The verdict on a validated checkpoint; a line of its own, so that metrics need not wait for it. */
export const zCompared = z.object({ type: z.literal('compared'), t, epoch: zEpoch, versusBest: zVersusBest });
export type Compared = z.infer<typeof zCompared>;

/** More than any version draws; a stranger's file may not fill the memory. */
const MOST_DRAWS = 2000;

/**
 * What a checkpoint's mAP is on each draw of the val set: all that later comparisons within the run need, when its detections
 * are gone. Those of one key are of the same draws.
 */
export const zDrawn = z.object({
  type: z.literal('drawn'),
  t,
  epoch: zEpoch,
  key: z.string(),
  /** Images, or groups of them, in one draw. */
  units: z.number().int(),
  map: metric,
  maps: z.array(metric).max(MOST_DRAWS),
});
export type DrawnMaps = z.infer<typeof zDrawn>;

/** validation.jsonl: one writer, the keeper. */
export const zValidationEntry = z.discriminatedUnion('type', [
  zValidation,
  zSkipped,
  zValidationFailed,
  zCompared,
  zDrawn,
]);
export type ValidationEntry = z.infer<typeof zValidationEntry>;
export type Validation = z.infer<typeof zValidation>;
