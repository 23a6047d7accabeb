/** One parameter group of an optimizer, as schedulers read and write it. Groups do not affect each other. */
export type ParamGroup = {
  lr: number;
  initialLr: number | undefined;
  momentum: number;
  maxLr: number;
  minLr: number;
  readonly group: number;
  /** Releases such as 1.13: see TorchRun.legacy. */
  readonly legacy: boolean;
  /** What the library would have raised; the simulation ends there. */
  failure: string | undefined;
};

export function createCell(
  start: Pick<ParamGroup, 'lr' | 'initialLr' | 'momentum' | 'group' | 'legacy'>,
): ParamGroup {
  return { ...start, maxLr: start.lr, minLr: 0, failure: undefined };
}

/** Python's division: by zero it raises. */
export function divide(cell: ParamGroup, a: number, b: number): number {
  if (b === 0) cell.failure = 'ZeroDivisionError: float division by zero';
  return a / b;
}

/** A scheduler over one cell, with the steps of the library that a composition reaches for. */
export type TorchScheduler = {
  /** `epoch` is the deprecated explicit count. */
  step(epoch?: number): void;
  /** The last step of a plain scheduler's constructor. */
  initialStep(): void;
  /** Sets the count and the LR, by the closed form if there is one: SequentialLR does this at a milestone. */
  updateLr(epoch?: number): void;
  /** Takes one count back from every plain scheduler within. */
  undo(): void;
};

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
