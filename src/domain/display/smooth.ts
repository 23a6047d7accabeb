/** A running average that continues when more values come. */
export type Smoother = {
  /** Writes the averages of `values`, from index `from` on, into the same places of `out`. */
  extend(values: ArrayLike<number>, out: Float64Array, from: number): void;
};

/**
 * Exponential moving average without its start-up bias (Kingma and Ba 2015, section 3; TensorBoard draws the same): s_i
 * = (1 - w) * sum_j w^(i-j) y_j / (1 - w^(i+1)). Non-finite values leave a gap and do not move the average.
 */
export function createSmoother(weight: number): Smoother {
  let sum = 0;
  let bias = 1;
  return {
    extend(values, out, from) {
      // Locals, since a captured variable costs a write to memory for each value, and a long run has millions.
      let s = sum;
      let b = bias;
      for (let i = from; i < values.length; i++) {
        if (!Number.isFinite(values[i])) {
          out[i] = Number.NaN;
          continue;
        }
        s = weight * s + (1 - weight) * values[i];
        // Below half of the last place of 1 the weight changes nothing more, and would only sink to a denormal number and stay
        // there: arithmetic with those is ten times slower.
        b = b < Number.EPSILON / 4 ? 0 : b * weight;
        out[i] = s / (1 - b);
      }
      sum = s;
      bias = b;
    },
  };
}

export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const out = new Float64Array(values.length);
  createSmoother(weight).extend(values, out, 0);
  return out;
}

/** Exponential average over a window of n values, alpha = 2 / (n + 1), started at the first value. */
export function exponentialAverage(values: readonly number[], window: number): number[] {
  const alpha = 2 / (window + 1);
  let average = Number.NaN;
  return values.map((value) => {
    if (Number.isFinite(value)) average = Number.isNaN(average) ? value : average + alpha * (value - average);
    return average;
  });
}
