export type RangePoint = { readonly lr: number; readonly loss: number };

export type RangeResult = {
  /** Loss smoothed, up to where it blew up. */
  readonly curve: readonly RangePoint[];
  /** Where the smoothed loss falls fastest against log LR: learning has begun. */
  readonly steepest: number;
  /** Where it is lowest. */
  readonly lowest: number;
  /** From where on it has clearly risen; undefined where it fell, or lay flat, to the end of the test. */
  readonly rises: number | undefined;
  /** Where it was above `BLOWN_UP` times its lowest value; undefined where it never was. */
  readonly diverged: number | undefined;
  /** The lr0 to try: a quarter of where the loss rises (or of the last LR), never above the lowest point. */
  readonly suggested: number;
};
