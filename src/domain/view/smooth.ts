/** A running average that can go on when more values come. */
export type Smoother = { push(value: number): number };

/**
 * Exponential moving average with the start-up bias taken out (Kingma and Ba 2015, section 3; TensorBoard draws the
 * same): s_i = (1 - w) * sum_j w^(i-j) y_j / (1 - w^(i+1)). Non-finite values leave a gap and do not move the average.
 */
export function createSmoother(weight: number): Smoother {
  let sum = 0;
  let bias = 1;
  return {
    push(value) {
      if (!Number.isFinite(value)) return Number.NaN;
      sum = weight * sum + (1 - weight) * value;
      bias *= weight;
      return sum / (1 - bias);
    },
  };
}

export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const smoother = createSmoother(weight);
  return Float64Array.from(values, (v) => smoother.push(v));
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
