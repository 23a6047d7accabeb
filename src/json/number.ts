/** 10^0 to 10^22, each exactly a double. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/** Position after the ASCII digits that begin at `start`. */
export function skipDigits(bytes: Uint8Array, start: number): number {
  let pos = start;
  while (bytes[pos] >= 48 && bytes[pos] <= 57) pos++;
  return pos;
}

const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const LETTER_E = 101;
/** Any run of 9 digits fits a signed 32-bit integer. */
const INT_DIGITS = 9;

/**
 * Reads the JSON number at `start` into `out[index]`, the same double as JSON.parse gives, and returns the position
 * after it, or -1 if there is no number. Up to 9 digits it is one division of two exact doubles, which rounds correctly
 * (Clinger 1990); the rest takes the longer way.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: runs per digit; value and position cannot both be returned from a helper
export function readNumber(bytes: Uint8Array, start: number, out: Float64Array, index: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  let pos = first;
  let value = 0;
  let c = bytes[pos];
  while (c >= ZERO && c <= 57) {
    value = (Math.imul(value, 10) + c - ZERO) | 0;
    c = bytes[++pos];
  }
  let digits = pos - first;
  let scale = 0;
  if (c === POINT && digits > 0) {
    const point = pos;
    c = bytes[++pos];
    while (c >= ZERO && c <= 57) {
      value = (Math.imul(value, 10) + c - ZERO) | 0;
      c = bytes[++pos];
    }
    scale = pos - point - 1;
    digits = scale > 0 ? digits + scale : 0;
  }
  if (digits === 0 || (c | 32) === LETTER_E) return readOddNumber(bytes, start, out, index);
  if (digits > INT_DIGITS) return readLongNumber(bytes, { start, end: pos, scale }, out, index);
  // -1 times keeps the sign of -0.
  const signed = first === start ? value : -1 * value;
  out[index] = scale === 0 ? signed : signed / POWERS_OF_TEN[scale];
  return pos;
}

// Numbers of more digits than one exact division covers, as real detectors print them, and those with an exponent.

const EXACT = 2 ** 53;
/** Two integers of 9 digits hold a number's digits. */
const HALF = 9;
/** Splits a double into two halves of 26 bits (Veltkamp 1968). */
const SPLITTER = 134217729;
/** Wider than the relative error of the correction term, which is below 2^-51. */
const DOUBT = 2 ** -50;

/** Position after the number at `start`, or -1 if it is not a JSON number. */
export function endOfNumber(bytes: Uint8Array, start: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  const whole = skipDigits(bytes, first);
  if (whole === first) return -1;
  const fraction = bytes[whole] === POINT ? skipDigits(bytes, whole + 1) : whole;
  if (fraction === whole + 1) return -1;
  return (bytes[fraction] | 32) === LETTER_E ? endOfExponent(bytes, fraction + 1) : fraction;
}

function endOfExponent(bytes: Uint8Array, start: number): number {
  const first = bytes[start] === 43 || bytes[start] === MINUS ? start + 1 : start;
  const end = skipDigits(bytes, first);
  return end === first ? -1 : end;
}

/** The ASCII text of a span. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

/** Like readNumber, by Number(): for whatever is not plain digits with at most one point among them. */
function readOddNumber(bytes: Uint8Array, start: number, out: Float64Array, index: number): number {
  const end = endOfNumber(bytes, start);
  if (end >= 0) out[index] = Number(textOf(bytes, start, end));
  return end;
}

/** The position of a number of plain digits, and how many of them follow a point. */
type Digits = { readonly start: number; readonly end: number; readonly scale: number };

/**
 * Like readNumber, for more than 9 plain digits; up to 18 of them, leading zeros not counted, without making a string.
 */
function readLongNumber(bytes: Uint8Array, digits: Digits, out: Float64Array, index: number): number {
  const { start, end, scale } = digits;
  const first = bytes[start] === MINUS ? start + 1 : start;
  const point = scale === 0 ? end : end - scale - 1;
  const lead = skipZeros(bytes, first, end);
  const count = end - lead - Number(lead <= point && point < end);
  const middle = Math.min(end, lead + HALF + Number(lead <= point && point < lead + HALF));
  const head = integerOf(bytes, lead, middle);
  const tail = integerOf(bytes, middle, end);
  const value = count > 2 * HALF ? Number.NaN : ratio(head, tail, Math.max(0, count - HALF), scale);
  if (Number.isNaN(value)) return readOddNumber(bytes, start, out, index);
  out[index] = first === start ? value : -value;
  return end;
}

/** Position of the first digit after the leading zeros of a number and the point among them. */
function skipZeros(bytes: Uint8Array, start: number, end: number): number {
  let pos = start;
  while (pos < end && (bytes[pos] === ZERO || bytes[pos] === POINT)) pos++;
  return pos;
}

/** The integer that at most 9 digits spell, a point among them or not. */
function integerOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let pos = start; pos < end; pos++) {
    if (bytes[pos] !== POINT) value = (Math.imul(value, 10) + bytes[pos] - ZERO) | 0;
  }
  return value;
}

/**
 * (head x 10^tailDigits + tail) / 10^scale, correctly rounded, or NaN if that is in doubt. Beyond 2^53 the integer is
 * held exactly as high + low and the quotient as q + correction; the rounded sum is right when both ends of the
 * correction's error interval round alike.
 */
function ratio(head: number, tail: number, tailDigits: number, scale: number): number {
  const shift = POWERS_OF_TEN[tailDigits];
  const power = POWERS_OF_TEN[scale];
  const product = head * shift;
  const sum = product + tail;
  if (sum < EXACT) return sum / power;
  const low0 = productError(head, shift, product) + (tail - (sum - product));
  const high = sum + low0;
  const low = low0 - (high - sum);
  const q = high / power;
  const back = q * power;
  const correction = (high - back - productError(q, power, back) + low) / power;
  const below = q + correction * (1 - DOUBT);
  return below === q + correction * (1 + DOUBT) ? below : Number.NaN;
}

/** a x b - product, exactly (Dekker 1971). */
function productError(a: number, b: number, product: number): number {
  const ca = SPLITTER * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = SPLITTER * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return ah * bh - product + ah * bl + al * bh + al * bl;
}
