/** The state that PyTorch's LRScheduler keeps. */
export type LeafState = {
  lastEpoch: number;
  stepCount: number;
  isInitial: boolean;
  baseLr: number;
};

/**
 * `next` is the recursion on the group's current LR, `closed` the formula in the count that an explicit epoch uses.
 * Operations are in the library's order, so that values agree to the last bits.
 */
export type Formula = {
  next(state: LeafState): number;
  closed?(state: LeafState): number;
  afterUpdate?(state: LeafState): void;
};
