/**
 * Natural logarithm of a positive finite number to within 0.51 ulp, as C libraries compute it. JavaScript's Math.log is
 * an ulp off at 3 already, and CosineAnnealingWarmRestarts truncates log(x) / log(T_mult) to a whole number. log(m *
 * 2^e) = e log 2 + 2 (s + s^3 / 3 + ...), s = (m - 1) / (m + 1), leading terms in twice the precision (Dekker 1971).
 */
export function accurateLog(x: number): number {
  const { mantissa, exponent } = split2(x);
  const top = mantissa - 1;
  const [bottom, bottomRest] = twoSum(mantissa, 1);
  const s = top / bottom;
  const [product, productRest] = twoProduct(s, bottom);
  const sRest = (top - product - productRest - s * bottomRest) / bottom;
  const [whole, wholeRest] = twoProduct(exponent, Math.LN2);
  const [sum, sumRest] = twoSum(whole, 2 * s);
  return sum + (sumRest + wholeRest + exponent * LN2_REST + 2 * sRest + 2 * s * tail(s * s));
}

/** log 2 minus its double. */
const LN2_REST = 2.3190468138462996e-17;

/** t / 3 + t^2 / 5 + ... for t < 0.03 */
function tail(t: number): number {
  let sum = 0;
  for (let n = 25; n >= 3; n -= 2) sum = t * (1 / n + sum);
  return sum;
}

function split2(x: number): { readonly mantissa: number; readonly exponent: number } {
  const exponent = Math.round(Math.log2(x));
  return { mantissa: x / 2 ** exponent, exponent };
}

function twoSum(a: number, b: number): readonly [sum: number, rest: number] {
  const sum = a + b;
  const part = sum - a;
  return [sum, a - (sum - part) + (b - part)];
}

function twoProduct(a: number, b: number): readonly [product: number, rest: number] {
  const product = a * b;
  const [aHigh, aLow] = halves(a);
  const [bHigh, bLow] = halves(b);
  return [product, aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

function halves(a: number): readonly [high: number, low: number] {
  const scaled = 134217729 * a; // 2^27 + 1
  const high = scaled - (scaled - a);
  return [high, a - high];
}
