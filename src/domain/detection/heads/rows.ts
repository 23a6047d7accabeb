import type { CandidateList } from '../candidates';
import { type BoxOut, type Head, type OutputView, type ScanOptions, toCorners } from './head';

/** Reads the box of a row that begins at `at`. */
type ReadRow = (data: Float32Array, at: number, anchor: number, out: BoxOut) => void;

/** Rows of (box, objectness, class probabilities), one per anchor; score = objectness * class. */
function objectnessHead(
  shape: { readonly kind: string; readonly classes: number; readonly anchors: number },
  bestClassOnly: boolean,
  readRow: ReadRow,
): Head {
  const { kind, classes, anchors } = shape;
  const stride = 5 + classes;
  return {
    kind,
    classes,
    anchors,
    size: anchors * stride,
    finished: false,
    bestClassOnly,
    scan: (view, options, found) => {
      for (let a = 0, at = view.start; a < anchors; a++, at += stride) {
        if (view.data[at + 4] <= options.conf) continue;
        scanRow({ data: view.data, start: at }, { anchor: a, classes }, options, found);
      }
    },
    readBox: ({ data, start }, anchor, out) => readRow(data, start + anchor * stride, anchor, out),
  };
}

function scanRow(
  { data, start }: OutputView,
  { anchor, classes }: { anchor: number; classes: number },
  { conf, multiLabel }: ScanOptions,
  found: CandidateList,
): void {
  const objectness = data[start + 4];
  let best = 0;
  for (let c = 0; c < classes; c++) {
    const score = Math.fround(objectness * data[start + 5 + c]);
    if (data[start + 5 + c] > data[start + 5 + best]) best = c;
    if (multiLabel && score > conf) found.add(anchor, c, score);
  }
  const score = Math.fround(objectness * data[start + 5 + best]);
  if (!multiLabel && score > conf) found.add(anchor, best, score);
}

/** YOLOv5's own export: (anchors, 5 + classes), centre and size in input pixels, all through the sigmoid. */
export function yolov5Head(classes: number, anchors: number): Head {
  return objectnessHead({ kind: 'v5', classes, anchors }, false, (data, at, _anchor, out) => {
    for (let i = 0; i < 4; i++) out[i] = data[at + i];
    toCorners(out);
  });
}

export type GridCells = {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly stride: Float32Array;
};

/**
 * YOLOX: (anchors, 5 + classes) of raw grid outputs (offset in cells, log size), scores through the sigmoid; exported
 * with --decode_in_inference the boxes are in pixels already, which the largest centre tells.
 */
export function yoloxHead(classes: number, cells: GridCells, width: number): Head {
  const anchors = cells.x.length;
  const stride = 5 + classes;
  const decided = new WeakMap<Float32Array, boolean>();
  const isDecoded = (data: Float32Array): boolean => {
    const known = decided.get(data);
    if (known !== undefined) return known;
    const decoded = largestCentre(data, stride) > width / 4;
    decided.set(data, decoded);
    return decoded;
  };
  return objectnessHead({ kind: 'yolox', classes, anchors }, true, (data, at, anchor, out) => {
    for (let i = 0; i < 4; i++) out[i] = data[at + i];
    if (!isDecoded(data)) {
      const s = cells.stride[anchor];
      out[0] = (out[0] + cells.x[anchor]) * s;
      out[1] = (out[1] + cells.y[anchor]) * s;
      out[2] = Math.exp(out[2]) * s;
      out[3] = Math.exp(out[3]) * s;
    }
    toCorners(out);
  });
}

/** Raw offsets are within a few cells; decoded centres span the image. */
function largestCentre(data: Float32Array, stride: number): number {
  let largest = 0;
  for (let at = 0; at < data.length; at += stride) largest = Math.max(largest, data[at]);
  return largest;
}

/** Cells of all levels, row by row, finest level first. */
export function gridCells(width: number, height: number, strides: readonly number[]): GridCells {
  const x: number[] = [];
  const y: number[] = [];
  const stride: number[] = [];
  for (const s of strides) {
    for (let row = 0; row < Math.floor(height / s); row++) {
      for (let column = 0; column < Math.floor(width / s); column++) {
        x.push(column);
        y.push(row);
        stride.push(s);
      }
    }
  }
  return { x: Float32Array.from(x), y: Float32Array.from(y), stride: Float32Array.from(stride) };
}
