import { greater, oneHotRows, where } from '../graph/select';
import { concat, slice } from '../graph/shape';
import type { Tensor } from '../graph/tensor';
import { BOX_COLUMNS } from '../model/detector';
import { boxesOf, completeIou } from './iou';

export type LossGains = { readonly box: number; readonly cls: number; readonly label_smoothing: number };

export type LossInputs = {
  /** (4 + classes, rows): offsets, log sizes and logits. */
  readonly predictions: Tensor;
  /** (4, rows) and (1, rows), as assign() lays them out. */
  readonly boxes: Tensor;
  readonly classes: Tensor;
};

/**
 * The factor that Ultralytics' gains (box 7.5, cls 0.5) need for small sets: of 1, 4, 10 and 24 on the example, 10
 * learns fastest.
 */
const CLASS_WEIGHT = 10;

/**
 * Boxes far outside still count: without a floor a diverged model would have no loss at all, and the run would look
 * healthy.
 */
const SMALLEST_IOU = 0.01;

export type DetectionLoss = { readonly total: Tensor; readonly box: Tensor; readonly cls: Tensor };

/**
 * Quality of an assigned position is the square root of the IoU of the box it predicts, held constant (the root, since
 * a new model's boxes overlap little and would teach it no classes). Class: binary cross-entropy against the quality
 * (Li et al. 2020, quality focal loss), over all positions and classes. Box: 1 - CIoU weighted by quality. Both are
 * divided by the sum of the qualities, as Ultralytics divides by its target scores.
 */
export function detectionLoss(inputs: LossInputs, gains: LossGains): DetectionLoss {
  const { predictions, boxes, classes } = inputs;
  const { graph } = predictions;
  const count = predictions.shape[0] - BOX_COLUMNS;
  const assigned = greater(classes, graph.scalar(-0.5));
  const raw = slice(predictions, { axis: 0, start: 0, length: BOX_COLUMNS });
  const predicted = decode(where(assigned, raw, 0));
  const { iou, ciou } = completeIou(boxesOf(predicted, true), boxesOf(boxes, false));
  const quality = qualityOf(assigned, iou);
  const weight = quality.sum().max(1);
  const missed = graph.scalar(1).sub(ciou).mul(quality);
  const box = missed.sum().div(weight);
  const logits = slice(predictions, { axis: 0, start: BOX_COLUMNS, length: count });
  const labels = smooth(oneHotRows(classes, count), gains).mul(quality);
  const cls = crossEntropy(logits, labels).div(weight).mul(CLASS_WEIGHT);
  return { total: box.mul(gains.box).add(cls.mul(gains.cls)), box, cls };
}

function qualityOf(assigned: Tensor, iou: Tensor): Tensor {
  const { graph } = assigned;
  const root = iou.detach().max(SMALLEST_IOU).node('Sqrt');
  return graph.emit({ op: 'Where', inputs: [assigned, root, graph.scalar(0)], shape: iou.shape });
}

/** Offsets stay as they are, log sizes become sizes. */
function decode(raw: Tensor): Tensor {
  const centres = slice(raw, { axis: 0, start: 0, length: 2 });
  const sizes = slice(raw, { axis: 0, start: 2, length: 2 }).exp();
  return concat([centres, sizes], 0);
}

function smooth(oneHot: Tensor, { label_smoothing: share }: LossGains): Tensor {
  if (share === 0) return oneHot;
  return oneHot.mul(1 - share).add(share / oneHot.shape[0]);
}

/** Sum of log(1 + e^x) - x t: cross-entropy from logits without overflow. */
function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return logits.softplus().sub(logits.mul(labels)).sum();
}
