const BLOCK = 128;

/** numpy 2's mean of the first `count` values: pairwise summation in blocks of 128, eight partial sums in each. */
export function pairwiseMean(values: Float64Array, count: number): number {
  return pairwiseSum(values, 0, count) / count;
}

export function pairwiseSum(values: Float64Array, start: number, count: number): number {
  if (count < 8) return plainSum(values, start, count, 0);
  if (count <= BLOCK) return blockSum(values, start, count);
  const half = Math.floor(count / 2);
  const first = half - (half % 8);
  return pairwiseSum(values, start, first) + pairwiseSum(values, start + first, count - first);
}

function plainSum(values: Float64Array, start: number, count: number, initial: number): number {
  let sum = initial;
  for (let i = start; i < start + count; i++) sum += values[i];
  return sum;
}

function blockSum(values: Float64Array, start: number, count: number): number {
  const partial = values.slice(start, start + 8);
  const whole = count - (count % 8);
  for (let i = 8; i < whole; i += 8) for (let j = 0; j < 8; j++) partial[j] += values[start + i + j];
  const [a, b, c, d, e, f, g, h] = partial;
  const sum = a + b + (c + d) + (e + f + (g + h));
  return plainSum(values, start + whole, count - whole, sum);
}
