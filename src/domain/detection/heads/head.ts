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
  /** The layout's own library takes only the best class of an anchor. */
  readonly bestClassOnly: boolean;
  /** Adds candidates (anchor, class, score) in anchor order or class order. */
  scan(view: OutputView, options: ScanOptions, found: CandidateList): void;
  readBox(view: OutputView, anchor: number, out: BoxOut): void;
};

/** Centre and size to corners, rounded as float32 arithmetic does. */
export function writeCorners(
  centre: readonly [number, number],
  size: readonly [number, number],
  out: BoxOut,
): void {
  const halfWidth = Math.fround(size[0] / 2);
  const halfHeight = Math.fround(size[1] / 2);
  out[0] = centre[0] - halfWidth;
  out[1] = centre[1] - halfHeight;
  out[2] = centre[0] + halfWidth;
  out[3] = centre[1] + halfHeight;
}
