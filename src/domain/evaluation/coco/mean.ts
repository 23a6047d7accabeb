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
  const whole = count - (count % 8);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  for (let i = start; i < start + whole; i += 8) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
    e += values[i + 4];
    f += values[i + 5];
    g += values[i + 6];
    h += values[i + 7];
  }
  const sum = a + b + (c + d) + (e + f + (g + h));
  return plainSum(values, start + whole, count - whole, sum);
}
