import { greater, oneHotRows, where } from '../graph/select';
import { concat, rawSlice, slice } from '../graph/shape';
import type { Tensor } from '../graph/tensor';
import { BOX_COLUMNS } from '../model/detector';

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

/** Boxes as four (1, N) tensors. */
type BoxTensors = { readonly cx: Tensor; readonly cy: Tensor; readonly w: Tensor; readonly h: Tensor };

const EPSILON = 1e-7;

export function boxesOf(rows: Tensor, differentiable: boolean): BoxTensors {
  const take = differentiable ? slice : rawSlice;
  const [cx, cy, w, h] = [0, 1, 2, 3].map((start) => take(rows, { axis: 0, start, length: 1 }));
  return { cx, cy, w, h };
}

/** IoU and complete IoU (Zheng et al. 2020) of boxes pair by pair, (1, N) each. */
export function completeIou(a: BoxTensors, b: BoxTensors): { iou: Tensor; ciou: Tensor } {
  const x = overlap([a.cx, a.w], [b.cx, b.w]);
  const y = overlap([a.cy, a.h], [b.cy, b.h]);
  const intersection = x.shared.mul(y.shared);
  const areas = a.w.mul(a.h).add(b.w.mul(b.h));
  const iou = intersection.div(areas.sub(intersection).add(EPSILON));
  const diagonal = x.hull.square().add(y.hull.square()).add(EPSILON);
  const distance = a.cx.sub(b.cx).square().add(a.cy.sub(b.cy).square());
  const penalty = distance.div(diagonal).add(aspect(iou, [a, b]));
  return { iou, ciou: iou.sub(penalty) };
}

type Span = readonly [centre: Tensor, length: Tensor];

/** Along one axis: how much two spans share (at least 0), and how long their hull is. */
function overlap(a: Span, b: Span): { shared: Tensor; hull: Tensor } {
  const [a1, a2] = ends(a);
  const [b1, b2] = ends(b);
  const shared = a2.min(b2).sub(a1.max(b1));
  const hull = a2.max(b2).sub(a1.min(b1));
  return { shared: shared.max(0), hull };
}

function ends([centre, length]: Span): readonly [Tensor, Tensor] {
  const half = length.mul(0.5);
  return [centre.sub(half), centre.add(half)];
}

/** alpha v of CIoU; alpha is held constant in the derivative, as in the paper. */
function aspect(iou: Tensor, [a, b]: readonly [BoxTensors, BoxTensors]): Tensor {
  const angle = ({ w, h }: BoxTensors): Tensor => w.div(h.add(EPSILON)).atan();
  const v = angle(b)
    .sub(angle(a))
    .square()
    .mul(4 / Math.PI ** 2);
  const rest = v.sub(iou).add(1 + EPSILON);
  return v.mul(v.div(rest).detach());
}
