import type { Boxes } from './types';

/** A scale and a shift of both axes: out = scale * in + (x, y). No rotation: every map of the augmentation is of this kind. */
export type Affine = { readonly scale: number; readonly x: number; readonly y: number };

// Limits of Ultralytics' box_candidates (data/augment.py): pixels, share of the area, aspect ratio.
const SMALLEST_SIDE = 2;
const SMALLEST_AREA_SHARE = 0.1;
const LARGEST_ASPECT = 100;

/** Labels of one image, normalized cx, cy, w, h. */
export type NormalizedLabels = { readonly class: ArrayLike<number>; readonly boxes: ArrayLike<number> };

/** Normalized labels as pixel corners of an image of `width` x `height`, shifted by (x, y). */
export function toCorners(
  labels: NormalizedLabels,
  { width, height }: { readonly width: number; readonly height: number },
  shift: { readonly x: number; readonly y: number },
): Boxes {
  const corners: number[] = [];
  for (let i = 0; i < labels.class.length; i++) {
    const [cx, cy, w, h] = [0, 1, 2, 3].map((k) => labels.boxes[4 * i + k]);
    corners.push((cx - w / 2) * width + shift.x, (cy - h / 2) * height + shift.y);
    corners.push((cx + w / 2) * width + shift.x, (cy + h / 2) * height + shift.y);
  }
  return { class: Array.from(labels.class), corners };
}

/** Cuts boxes at the square [0, size]; those without area are dropped. */
export function clipBoxes(boxes: Boxes, size: number): Boxes {
  const corners = boxes.corners.map((v) => Math.min(size, Math.max(0, v)));
  return keepBoxes({ class: boxes.class, corners }, ([x1, y1, x2, y2]) => x2 > x1 && y2 > y1);
}

/**
 * Moves boxes and cuts them at the image; a box that is left too small, too thin or with too little of its area is
 * dropped.
 */
export function moveBoxes(boxes: Boxes, map: Affine, size: number): Boxes {
  const moved = boxes.corners.map((v, k) => map.scale * v + (k % 2 === 0 ? map.x : map.y));
  const areas = boxes.class.map((_, i) => areaOf(moved, i));
  const corners = moved.map((v) => Math.min(size, Math.max(0, v)));
  return keepBoxes({ class: boxes.class, corners }, ([x1, y1, x2, y2], i) =>
    isCandidate(x2 - x1, y2 - y1, areas[i]),
  );
}

function isCandidate(w: number, h: number, areaBefore: number): boolean {
  if (w <= SMALLEST_SIDE || h <= SMALLEST_SIDE) return false;
  if ((w * h) / (areaBefore + 1e-16) <= SMALLEST_AREA_SHARE) return false;
  return Math.max(w / h, h / w) < LARGEST_ASPECT;
}

export function concatBoxes(parts: readonly Boxes[]): Boxes {
  return { class: parts.flatMap((p) => p.class), corners: parts.flatMap((p) => p.corners) };
}

export function flipBoxes(boxes: Boxes, size: number, axis: 'x' | 'y'): Boxes {
  const low = axis === 'x' ? 0 : 1;
  const corners = boxes.corners.slice();
  for (let at = low; at < corners.length; at += 4)
    [corners[at], corners[at + 2]] = [size - corners[at + 2], size - corners[at]];
  return { class: boxes.class, corners };
}

type Box = readonly [x1: number, y1: number, x2: number, y2: number];

export function keepBoxes(boxes: Boxes, test: (box: Box, index: number) => boolean): Boxes {
  const kept = boxes.class.flatMap((_, i) => (test(boxAt(boxes, i), i) ? [i] : []));
  return { class: kept.map((i) => boxes.class[i]), corners: kept.flatMap((i) => [...boxAt(boxes, i)]) };
}

export function boxAt({ corners }: Boxes, i: number): Box {
  return [corners[4 * i], corners[4 * i + 1], corners[4 * i + 2], corners[4 * i + 3]];
}

const areaOf = (corners: readonly number[], i: number): number =>
  (corners[4 * i + 2] - corners[4 * i]) * (corners[4 * i + 3] - corners[4 * i + 1]);
