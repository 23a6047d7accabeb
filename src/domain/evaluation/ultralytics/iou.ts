const EPSILON = Math.fround(1e-7);

/** Ultralytics' box_iou of box i of a and box j of b (x1, y1, x2, y2), every step rounded to single precision. */
export function boxIou(a: Float32Array, i: number, b: Float32Array, j: number): number {
  const [p, q] = [4 * i, 4 * j];
  const width = Math.fround(Math.min(a[p + 2], b[q + 2]) - Math.max(a[p], b[q]));
  const height = Math.fround(Math.min(a[p + 3], b[q + 3]) - Math.max(a[p + 1], b[q + 1]));
  const overlap = Math.fround(Math.max(width, 0) * Math.max(height, 0));
  const union = Math.fround(Math.fround(boxArea(a, p) + boxArea(b, q)) - overlap);
  return Math.fround(overlap / Math.fround(union + EPSILON));
}

function boxArea(boxes: Float32Array, at: number): number {
  return Math.fround(Math.fround(boxes[at + 2] - boxes[at]) * Math.fround(boxes[at + 3] - boxes[at + 1]));
}
