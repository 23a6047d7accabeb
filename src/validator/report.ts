import type { DatasetSplit } from '../dataset/split';
import type { Size } from '../domain/detection/letterbox';
import { evaluateCocoColumns } from '../domain/evaluation/coco/columns';
import { evaluateUltralytics } from '../domain/evaluation/ultralytics/evaluate';
import type { JudgingParams, ValidateParams } from '../protocol/validator';
import { measuredOf } from '../run/measured';
import type { ReportRule } from '../run/trainer-rule';
import type { ValidationReport } from '../run/validation';
import { type ImageResult, imageColumns, inputColumns } from './val-set/collect';

/** Everything that a validation found. */
export type ValidationOutcome = {
  readonly params: Pick<ValidateParams, 'data' | 'split' | 'single_cls'> & JudgingParams;
  readonly split: DatasetSplit;
  /** The device; `names` are the model's own classes, if it knows them. */
  readonly model: {
    readonly device: string;
    readonly half: boolean;
    readonly why?: string;
    readonly input: Size;
    readonly names: readonly string[] | undefined;
  };
  readonly results: readonly ImageResult[];
  /** As they ran: Ultralytics ranks equal scores in this order. Absent: in the order of the split. */
  readonly asRun?: readonly ImageResult[];
  readonly classes: number;
  readonly batch: number;
  readonly skipped: number;
};

/** Seconds of the phases before the metrics; `start` is when the validation began, in ms. */
export type Timing = {
  readonly start: number;
  readonly load: number;
  readonly run: number;
  readonly inference: number;
};

/** Ultralytics' metrics in input space and COCO's in image space. */
export function reportOf(outcome: ValidationOutcome, { start, ...phases }: Timing): ValidationReport {
  const { params, split, model, results, classes, batch, skipped } = outcome;
  const metricsStart = performance.now();
  const own = inputColumns(outcome.asRun ?? results, split.images, classes);
  const how = { matching: params.matching, legacyTail: params.tail === 'slope' };
  const { perClass, ...metrics } = evaluateUltralytics(own.truth, own.detections, how);
  const original = imageColumns(results, split.images, classes);
  const coco = evaluateCocoColumns(original.truth, original.detections);
  const end = performance.now();
  return measuredOf({
    images: results.length,
    rule: reportRule(params),
    device: model.device,
    imgsz: Math.max(model.input.width, model.input.height),
    batch,
    half: model.half,
    ...(model.why === undefined ? {} : { why: model.why }),
    ...metrics,
    coco,
    perClass: perClass.map((c) => ({ ...c })),
    seconds: { ...phases, total: (end - start) / 1000, metrics: (end - metricsStart) / 1000 },
    skipped,
  });
}

function reportRule({ rule, conf, iou, max_det, classes, matching }: JudgingParams): ReportRule {
  return { name: rule, conf, iou, max_det, ...(classes === undefined ? {} : { classes }), matching };
}
