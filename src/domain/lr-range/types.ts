export type RangePoint = { readonly lr: number; readonly loss: number };

export type RangeResult = {
  /** Loss smoothed, as far as it was finite. */
  readonly curve: readonly RangePoint[];
  /** Where the smoothed loss falls fastest against log LR: learning has begun. */
  readonly steepest: number;
  /** Where it is lowest. */
  readonly lowest: number;
  /** From where on it has clearly risen; undefined where it fell, or lay flat, to the end of the test. */
  readonly rises: number | undefined;
  /** Where it blew up: stayed far above its lowest, or was not finite any more; undefined where it never did. */
  readonly diverged: number | undefined;
  /** The lr0 to try: a quarter of where the loss rises (or of the last LR), never above the lowest point. */
  readonly suggested: number;
};
