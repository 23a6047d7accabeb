import { rawSlice, slice } from '../graph/shape';
import type { Tensor } from '../graph/tensor';

/** Boxes as four (1, N) tensors. */
export type BoxTensors = { readonly cx: Tensor; readonly cy: Tensor; readonly w: Tensor; readonly h: Tensor };

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
