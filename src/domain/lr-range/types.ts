export type RangePoint = { readonly lr: number; readonly loss: number };

export type RangeResult = {
  /** Loss smoothed, as far as it was finite. */
  readonly curve: readonly RangePoint[];
  /** The LR at which the smoothed loss falls fastest against log LR: learning has begun. */
  readonly steepest: number;
  /** The LR at which it is lowest. */
  readonly lowest: number;
  /** The LR from which on it has clearly risen; undefined if it fell, or was flat, to the end of the test. */
  readonly rises: number | undefined;
  /** The LR at which it blew up: stayed far above its lowest, or was no longer finite; undefined if it never did. */
  readonly diverged: number | undefined;
  /** Between these the loss is within a tenth of its whole fall of the lowest; undefined if it did not rise again. */
  readonly valley: readonly [from: number, to: number] | undefined;
  /** The lr0 to try: the middle of the valley in log LR; without one a quarter of the last LR, never above the lowest point. */
  readonly suggested: number;
  /** Eight in ten repetitions of the test would suggest a value within; two digits each. */
  readonly between: readonly [low: number, high: number];
  /** Whether these are near enough for one number to be used. */
  readonly sure: boolean;
};

/** Why a test has no result. */
export type NoAnswer =
  /** Too few losses before the end, or before it blew up. */
  | { readonly kind: 'short'; readonly steps: number }
  /** Too few steps for the decades of LR that they cross; `needed` are enough. */
  | { readonly kind: 'sparse'; readonly steps: number; readonly needed: number }
  /** It blew up at this LR before anything could be seen. */
  | { readonly kind: 'blown'; readonly lr: number }
  /** The smoothed loss fell by `fall` of itself; noise alone makes it fall by `noise`. */
  | { readonly kind: 'flat'; readonly fall: number; readonly noise: number }
  /** A repetition would often find nothing. */
  | { readonly kind: 'chance' };

export type RangeReading =
  | { readonly kind: 'found'; readonly result: RangeResult }
  | { readonly kind: 'nothing'; readonly why: NoAnswer };
