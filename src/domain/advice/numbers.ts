export const count = (n: number): string => Math.round(n).toLocaleString('en-US');

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A rate with three significant digits. */
export const rate = (lr: number): string => String(Number(lr.toPrecision(3)));

/** Epochs with one decimal, rounded up, so that the steps wanted are reached. */
export const epochsFor = (steps: number, stepsPerEpoch: number): number =>
  Math.ceil((steps / stepsPerEpoch) * 10 - 1e-9) / 10;
