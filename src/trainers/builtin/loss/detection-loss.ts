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

export type DetectionLoss = { readonly total: Tensor; readonly box: Tensor; readonly cls: Tensor };

/**
 * Box: mean of 1 - CIoU over the assigned positions. Class: binary cross-entropy against the IoU of the position's
 * own box (quality as target: Li et al. 2020), summed over all positions and classes, per assigned position.
 */
export function detectionLoss(graph: Graph, inputs: LossInputs, gains: LossGains): DetectionLoss {
  const { predictions, boxes, classes } = inputs;
  const count = predictions.shape[0] - BOX_COLUMNS;
  const assigned = greater(graph, classes, graph.scalar(-0.5));
  const raw = slice(graph, predictions, { axis: 0, start: 0, length: BOX_COLUMNS });
  const predicted = decode(graph, where(graph, assigned, raw, 0));
  const target = boxesOf(graph, boxes, false);
  const { iou, ciou } = completeIou(graph, boxesOf(graph, predicted, true), target);
  const mask = graph.emit({
    op: 'Where',
    inputs: [assigned, graph.scalar(1), graph.scalar(0)],
    shape: classes.shape,
  });
  const positives = max(graph, sum(graph, mask), graph.scalar(1));
  const box = div(graph, sub(graph, sum(graph, mask), sum(graph, mul(graph, ciou, mask))), positives);
  const logits = slice(graph, predictions, { axis: 0, start: BOX_COLUMNS, length: count });
  const quality = mul(graph, detach(graph, iou), mask);
  const labels = mul(graph, smooth(graph, oneHotRows(graph, classes, count), gains), quality);
  const cls = div(graph, crossEntropy(graph, logits, labels), positives);
  const total = scaledSum(graph, [box, gains.box], [cls, gains.cls]);
  return { total, box, cls };
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
