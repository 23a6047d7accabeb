import { add, addScalar, detach, div, max, mul, scale, sub } from '../graph/arithmetic';
import { exp, softplus } from '../graph/functions';
import type { Graph, Tensor } from '../graph/graph';
import { sum } from '../graph/reduce';
import { greater, oneHotRows, where } from '../graph/select';
import { concat, slice } from '../graph/shape';
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

/** What Ultralytics' gains (box 7.5, cls 0.5) lack for small sets: tried 1, 4, 10 and 24 on the example, 10 learns fastest. */
const CLASS_WEIGHT = 10;

/** Boxes that have flown off still count: with no floor a diverged model has no loss at all, and the run looks healed. */
const SMALLEST_IOU = 0.01;

export type DetectionLoss = { readonly total: Tensor; readonly box: Tensor; readonly cls: Tensor };

/**
 * Quality of an assigned position is the square root of the IoU of the box it predicts, held constant (the root, since
 * a new model's boxes overlap little and would teach it no classes). Class: binary cross-entropy against the quality
 * (Li et al. 2020, quality focal loss), over all positions and classes. Box: 1 - CIoU weighted by quality. Both are
 * divided by the sum of the qualities, as Ultralytics divides by its target scores.
 */
export function detectionLoss(graph: Graph, inputs: LossInputs, gains: LossGains): DetectionLoss {
  const { predictions, boxes, classes } = inputs;
  const count = predictions.shape[0] - BOX_COLUMNS;
  const assigned = greater(graph, classes, graph.scalar(-0.5));
  const raw = slice(graph, predictions, { axis: 0, start: 0, length: BOX_COLUMNS });
  const predicted = decode(graph, where(graph, assigned, raw, 0));
  const { iou, ciou } = completeIou(graph, boxesOf(graph, predicted, true), boxesOf(graph, boxes, false));
  const quality = qualityOf(graph, assigned, iou);
  const weight = max(graph, sum(graph, quality), graph.scalar(1));
  const missed = mul(graph, sub(graph, graph.scalar(1), ciou), quality);
  const box = div(graph, sum(graph, missed), weight);
  const logits = slice(graph, predictions, { axis: 0, start: BOX_COLUMNS, length: count });
  const labels = mul(graph, smooth(graph, oneHotRows(graph, classes, count), gains), quality);
  const cls = scale(graph, div(graph, crossEntropy(graph, logits, labels), weight), CLASS_WEIGHT);
  return { total: scaledSum(graph, [box, gains.box], [cls, gains.cls]), box, cls };
}

function qualityOf(graph: Graph, assigned: Tensor, iou: Tensor): Tensor {
  const floored = max(graph, detach(graph, iou), graph.scalar(SMALLEST_IOU));
  const root = graph.emit({ op: 'Sqrt', inputs: [floored], shape: iou.shape });
  return graph.emit({ op: 'Where', inputs: [assigned, root, graph.scalar(0)], shape: iou.shape });
}

/** Offsets stay as they are, log sizes become sizes. */
function decode(graph: Graph, raw: Tensor): Tensor {
  const centres = slice(graph, raw, { axis: 0, start: 0, length: 2 });
  const sizes = exp(graph, slice(graph, raw, { axis: 0, start: 2, length: 2 }));
  return concat(graph, [centres, sizes], 0);
}

function smooth(graph: Graph, oneHot: Tensor, { label_smoothing: share }: LossGains): Tensor {
  if (share === 0) return oneHot;
  return addScalar(graph, scale(graph, oneHot, 1 - share), share / oneHot.shape[0]);
}

/** Sum of log(1 + e^x) - x t: cross-entropy from logits without overflow. */
function crossEntropy(graph: Graph, logits: Tensor, labels: Tensor): Tensor {
  return sum(graph, sub(graph, softplus(graph, logits), mul(graph, logits, labels)));
}

type Weighted = readonly [Tensor, number];

function scaledSum(graph: Graph, [a, x]: Weighted, [b, y]: Weighted): Tensor {
  return add(graph, scale(graph, a, x), scale(graph, b, y));
}
