/** Standard deviation of the noise of a series, from the differences of neighbours; a slow rise does not count as noise. */
export function noiseOf(values: readonly number[]): number {
  const steps = values
    .slice(1)
    .map((value, i) => Math.abs(value - values[i]))
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  // 1.4826: what makes a normal distribution's deviation of the median of absolute ones.
  return steps.length < 4 ? 0 : (1.4826 * steps[steps.length >> 1]) / Math.SQRT2;
}

/** A straight line through the values: its rise over all of them, and how many standard errors that is. */
export function trendOf(values: readonly number[]): { readonly rise: number; readonly t: number } {
  const n = values.length;
  if (n < 3) return { rise: 0, t: 0 };
  const middle = (n - 1) / 2;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const spread = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const slope = values.reduce((sum, y, i) => sum + (i - middle) * (y - mean), 0) / spread;
  const rest = values.reduce((sum, y, i) => sum + (y - mean - slope * (i - middle)) ** 2, 0) / (n - 2);
  const error = Math.sqrt(rest / spread);
  return { rise: slope * (n - 1), t: error > 0 ? slope / error : slope === 0 ? 0 : Math.sign(slope) * 1e9 };
}
