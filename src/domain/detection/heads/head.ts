import type { CandidateList } from '../candidates';

/** Output of one image: `size` numbers of `data` from `start` on. */
export type OutputView = { readonly data: Float32Array; readonly start: number };

export type ScanOptions = {
  /** Scores must be above it. */
  readonly conf: number;
  /** Every class above `conf` becomes a candidate, else only the best class of an anchor. */
  readonly multiLabel: boolean;
};

/** Corner coordinates of a box in input pixels: x1, y1, x2, y2. */
export type BoxOut = Float32Array;

/** One layout of a detector's output. */
export type Head = {
  readonly kind: string;
  readonly classes: number;
  readonly anchors: number;
  /** Numbers of one image's output. */
  readonly size: number;
  /** Rows are final: sorted, suppressed, one box each. */
  readonly finished: boolean;
  /** The library of this layout takes only the best class of an anchor. */
  readonly bestClassOnly: boolean;
  /** Adds candidates (anchor, class, score) in anchor order or class order. */
  scan(view: OutputView, options: ScanOptions, found: CandidateList): void;
  readBox(view: OutputView, anchor: number, out: BoxOut): void;
};

/** Turns centre and size, in place, into corners, rounded as float32 arithmetic does. */
export function toCorners(box: BoxOut): void {
  const halfWidth = Math.fround(box[2] / 2);
  const halfHeight = Math.fround(box[3] / 2);
  box[2] = box[0] + halfWidth;
  box[3] = box[1] + halfHeight;
  box[0] -= halfWidth;
  box[1] -= halfHeight;
}
