/** Steps whose mean loss is compared with the loss of step 0, and how much larger it may be. */
export const DIVERGENCE_WINDOW = 16;
export const DIVERGENCE_FACTOR = 20;

export type Divergence = {
  readonly step: number;
  /** The loss, or the mean of the last 16 losses, that was too large. */
  readonly value: number;
  /** Loss of step 0; NaN where the very first loss was not finite. */
  readonly first: number;
  readonly reason: string;
};

export type DivergenceRule = {
  /** The total loss of one step; answers where the run has diverged. */
  onLoss(step: number, loss: number): Divergence | undefined;
  /** A new attempt starts: the window is empty again, the loss of step 0 stays. */
  restart(): void;
};

/**
 * A run has diverged with any loss that is not finite, or when the mean of the last 16 step losses exceeds 20 times the
 * loss of step 0. Judged once 16 losses are there (tried: step 15 is the first).
 */
export function createDivergenceRule(): DivergenceRule {
  let first = Number.NaN;
  let window: number[] = [];
  return {
    onLoss(step, loss) {
      if (!Number.isFinite(loss)) return { step, value: loss, first, reason: `loss is ${loss}` };
      if (Number.isNaN(first)) first = loss;
      window = [...window.slice(1 - DIVERGENCE_WINDOW), loss];
      if (window.length < DIVERGENCE_WINDOW) return undefined;
      const mean = window.reduce((a, b) => a + b, 0) / window.length;
      if (!(mean > DIVERGENCE_FACTOR * first)) return undefined;
      const times = (mean / first).toFixed(0);
      return {
        step,
        value: mean,
        first,
        reason: `mean loss of the last ${DIVERGENCE_WINDOW} steps is ${mean.toPrecision(4)}, ${times} times that of step 0`,
      };
    },
    restart() {
      window = [];
    },
  };
}
