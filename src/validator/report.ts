import type { DatasetSplit } from '../dataset/split';
import { evaluateUltralytics } from '../domain/evaluation/ultralytics/evaluate';
import type { ValidationReport } from '../protocol/validation';
import type { ValidateParams } from '../protocol/validator';
import { cocoStats } from './coco-stats';
import type { PlacedModel } from './model/open-on-device';
import { type ImageResult, imageColumns, inputColumns } from './val-set/collect';

/** Everything that came out of a validation. */
export type Outcome = {
  readonly params: ValidateParams;
  readonly split: DatasetSplit;
  readonly model: PlacedModel;
  readonly results: readonly ImageResult[];
  readonly classes: number;
  readonly batch: number;
  readonly skipped: number;
};

/** Ultralytics' metrics in input space and COCO's in image space; `start` is when the validation began. */
export function reportOf(
  { split, model, results, classes, batch, skipped }: Outcome,
  { inference, start }: { readonly inference: number; readonly start: number },
): ValidationReport {
  const own = inputColumns(results, split.images, classes);
  const original = imageColumns(results, split.images, classes);
  const { perClass, ...metrics } = evaluateUltralytics(own.truth, own.detections);
  const coco = cocoStats(original);
  return {
    images: results.length,
    device: model.device,
    imgsz: Math.max(model.input.width, model.input.height),
    batch,
    half: model.half,
    ...metrics,
    coco,
    perClass: perClass.map((c) => ({ ...c })),
    seconds: { total: (performance.now() - start) / 1000, inference },
    skipped,
  };
}
