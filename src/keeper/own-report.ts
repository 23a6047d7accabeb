import type { OwnValAnswer } from '../protocol/line-process';
import type { ValidateResult } from '../protocol/validator';
import type { TrainerRule } from '../run/trainer-rule';
import { zCocoStats } from '../run/validation';

export type OwnReportOptions = { readonly rule: TrainerRule | undefined; readonly imgsz: number };

/** -1, as pycocotools writes for missing values: COCO's numbers are of boxes. */
const NO_COCO = zCocoStats.parse(Object.fromEntries(Object.keys(zCocoStats.shape).map((key) => [key, -1])));

/** The report of a task that only Ultralytics can judge; `map` and its neighbours measure the task's own output. */
export function ownReport(own: OwnValAnswer, { rule, imgsz }: OwnReportOptions): ValidateResult {
  const { task, metrics, named, fitness, perClass, images, device, half, batch, inference, seconds } = own;
  const precise = task === 'classify' ? { precision: Number.NaN, recall: Number.NaN } : {};
  return {
    report: {
      images,
      device,
      engine: 'ultralytics',
      task,
      named,
      fitness,
      ...(rule && { rule: { ...ruleOf(rule) } }),
      imgsz,
      batch,
      half,
      ...metrics,
      ...precise,
      f1: Number.NaN,
      confidence: Number.NaN,
      coco: NO_COCO,
      perClass,
      seconds: { total: seconds, inference },
      skipped: 0,
    },
    fingerprint: '',
    problems: [],
  };
}

function ruleOf({ conf, iou, max_det, classes, matching }: TrainerRule) {
  return { name: 'trainer' as const, conf, iou, max_det, ...(classes && { classes }), matching };
}
