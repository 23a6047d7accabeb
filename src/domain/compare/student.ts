/** Quantile of Student's t above its middle, by bisection of the distribution. */
export function studentQuantile(share: number, freedom: number): number {
  let [low, high] = [0, 1e3];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, freedom) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** For whole degrees of freedom, t >= 0: the finite series 26.7.3 and 26.7.4 of Abramowitz and Stegun. */
export function studentCdf(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cos = Math.cos(angle);
  const odd = freedom % 2 === 1;
  let term = odd ? cos : 1;
  let sum = freedom > 1 ? term : 0;
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= (cos * cos * (k - 1)) / k;
    sum += term;
  }
  const inside = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return (1 + inside) / 2;
}
