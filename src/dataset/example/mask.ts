/** Side of an example image in pixels. */
export const SIZE = 128;

/** Copper coverage per pixel in [0, 1], row by row; pixel (x, y) has its centre at (x + 0.5, y + 0.5). */
export type Mask = Float32Array;
export type Point = { readonly x: number; readonly y: number };
/** Signed distance in pixels, negative inside. */
export type Shape = { readonly distance: (x: number, y: number) => number; readonly bounds: Bounds };
export type Bounds = { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };

export const createMask = (): Mask => new Float32Array(SIZE * SIZE);

export function disk(center: Point, radius: number): Shape {
  const { x: cx, y: cy } = center;
  return {
    distance: (x, y) => norm(x - cx, y - cy) - radius,
    bounds: around([center], radius),
  };
}

/** A segment with round ends. */
export function capsule(a: Point, b: Point, radius: number): Shape {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length2 = Math.max(dx * dx + dy * dy, 1e-9);
  return {
    distance: (x, y) => {
      const t = Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / length2));
      return norm(x - a.x - t * dx, y - a.y - t * dy) - radius;
    },
    bounds: around([a, b], radius),
  };
}

/** A rectangle of half sides `along` and `across`, turned so that `along` points in `direction` (a unit vector). */
export function box(
  center: Point,
  direction: Point,
  half: { readonly along: number; readonly across: number },
): Shape {
  return {
    distance: (x, y) => {
      const u = Math.abs((x - center.x) * direction.x + (y - center.y) * direction.y) - half.along;
      const v = Math.abs((y - center.y) * direction.x - (x - center.x) * direction.y) - half.across;
      return norm(Math.max(u, 0), Math.max(v, 0)) + Math.min(Math.max(u, v), 0);
    },
    bounds: around([center], half.along + half.across),
  };
}

/** The union of shapes as one. */
export function union(shapes: readonly Shape[]): Shape {
  return {
    distance: (x, y) => Math.min(...shapes.map((s) => s.distance(x, y))),
    bounds: {
      x1: Math.min(...shapes.map((s) => s.bounds.x1)),
      y1: Math.min(...shapes.map((s) => s.bounds.y1)),
      x2: Math.max(...shapes.map((s) => s.bounds.x2)),
      y2: Math.max(...shapes.map((s) => s.bounds.y2)),
    },
  };
}

export function add(mask: Mask, shape: Shape): void {
  paint(mask, shape, (old, cover) => Math.max(old, cover));
}

export function cut(mask: Mask, shape: Shape): void {
  paint(mask, shape, (old, cover) => Math.min(old, 1 - cover));
}

/** Coverage at a point (nearest pixel); outside the image the border continues. */
export function sample(mask: Mask, p: Point): number {
  return mask[clampPixel(p.y) * SIZE + clampPixel(p.x)];
}

/** Smallest and largest coverage inside a disk. */
export function range(
  mask: Mask,
  center: Point,
  radius: number,
): { readonly low: number; readonly high: number } {
  let low = 1;
  let high = 0;
  forPixels(around([center], radius), (x, y, i) => {
    if (norm(x - center.x, y - center.y) > radius) return;
    low = Math.min(low, mask[i]);
    high = Math.max(high, mask[i]);
  });
  return { low, high };
}

/** Bounds of the pixels in which two masks clearly differ; undefined if none does. */
export function difference(before: Mask, after: Mask): Bounds | undefined {
  const found = { x1: SIZE, y1: SIZE, x2: -1, y2: -1 };
  forPixels({ x1: 0, y1: 0, x2: SIZE, y2: SIZE }, (x, y, i) => {
    if (Math.abs(before[i] - after[i]) < 0.3) return;
    found.x1 = Math.min(found.x1, x - 0.5);
    found.y1 = Math.min(found.y1, y - 0.5);
    found.x2 = Math.max(found.x2, x + 0.5);
    found.y2 = Math.max(found.y2, y + 0.5);
  });
  return found.x2 < 0 ? undefined : found;
}

function paint(mask: Mask, shape: Shape, mix: (old: number, cover: number) => number): void {
  forPixels(shape.bounds, (x, y, i) => {
    // A box filter of one pixel over a straight edge: coverage falls linearly with distance.
    const cover = 0.5 - shape.distance(x, y);
    if (cover > 0) mask[i] = mix(mask[i], Math.min(1, cover));
  });
}

function forPixels(bounds: Bounds, visit: (x: number, y: number, index: number) => void): void {
  const x1 = Math.max(0, Math.floor(bounds.x1 - 1));
  const x2 = Math.min(SIZE - 1, Math.ceil(bounds.x2 + 1));
  const y2 = Math.min(SIZE - 1, Math.ceil(bounds.y2 + 1));
  for (let y = Math.max(0, Math.floor(bounds.y1 - 1)); y <= y2; y++) {
    for (let x = x1; x <= x2; x++) visit(x + 0.5, y + 0.5, y * SIZE + x);
  }
}

function around(points: readonly Point[], radius: number): Bounds {
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  return {
    x1: Math.min(...xs) - radius,
    y1: Math.min(...ys) - radius,
    x2: Math.max(...xs) + radius,
    y2: Math.max(...ys) + radius,
  };
}

// Math.hypot guards against overflow at ten times the cost.
const norm = (x: number, y: number): number => Math.sqrt(x * x + y * y);
const clampPixel = (v: number): number => Math.min(SIZE - 1, Math.max(0, Math.floor(v)));
