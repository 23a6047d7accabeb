import { add, addScalar, detach, div, max, min, mul, scale, square, sub } from '../graph/arithmetic';
import { atan } from '../graph/functions';
import type { Graph, Tensor } from '../graph/graph';
import { rawSlice, slice } from '../graph/shape';

/** Boxes as four (1, N) tensors. */
export type BoxTensors = { readonly cx: Tensor; readonly cy: Tensor; readonly w: Tensor; readonly h: Tensor };

const EPSILON = 1e-7;

export function boxesOf(graph: Graph, rows: Tensor, differentiable: boolean): BoxTensors {
  const take = differentiable ? slice : rawSlice;
  const [cx, cy, w, h] = [0, 1, 2, 3].map((start) => take(graph, rows, { axis: 0, start, length: 1 }));
  return { cx, cy, w, h };
}

/** IoU and complete IoU (Zheng et al. 2020) of boxes pair by pair, (1, N) each. */
export function completeIou(graph: Graph, a: BoxTensors, b: BoxTensors): { iou: Tensor; ciou: Tensor } {
  const x = overlap(graph, [a.cx, a.w], [b.cx, b.w]);
  const y = overlap(graph, [a.cy, a.h], [b.cy, b.h]);
  const intersection = mul(graph, x.shared, y.shared);
  const areas = add(graph, mul(graph, a.w, a.h), mul(graph, b.w, b.h));
  const iou = div(graph, intersection, addScalar(graph, sub(graph, areas, intersection), EPSILON));
  const diagonal = addScalar(graph, add(graph, square(graph, x.hull), square(graph, y.hull)), EPSILON);
  const distance = add(graph, square(graph, sub(graph, a.cx, b.cx)), square(graph, sub(graph, a.cy, b.cy)));
  const penalty = add(graph, div(graph, distance, diagonal), aspect(graph, iou, [a, b]));
  return { iou, ciou: sub(graph, iou, penalty) };
}

type Span = readonly [centre: Tensor, length: Tensor];

/** Along one axis: how much two spans share (at least 0), and how long their hull is. */
function overlap(graph: Graph, a: Span, b: Span): { shared: Tensor; hull: Tensor } {
  const [a1, a2] = ends(graph, a);
  const [b1, b2] = ends(graph, b);
  const shared = sub(graph, min(graph, a2, b2), max(graph, a1, b1));
  const hull = sub(graph, max(graph, a2, b2), min(graph, a1, b1));
  return { shared: max(graph, shared, graph.scalar(0)), hull };
}

function ends(graph: Graph, [centre, length]: Span): readonly [Tensor, Tensor] {
  const half = scale(graph, length, 0.5);
  return [sub(graph, centre, half), add(graph, centre, half)];
}

/** alpha v of CIoU; alpha is held constant in the derivative, as in the paper. */
function aspect(graph: Graph, iou: Tensor, [a, b]: readonly [BoxTensors, BoxTensors]): Tensor {
  const angle = ({ w, h }: BoxTensors): Tensor => atan(graph, div(graph, w, addScalar(graph, h, EPSILON)));
  const v = scale(graph, square(graph, sub(graph, angle(b), angle(a))), 4 / Math.PI ** 2);
  const rest = addScalar(graph, sub(graph, v, iou), 1 + EPSILON);
  return mul(graph, v, detach(graph, div(graph, v, rest)));
}
