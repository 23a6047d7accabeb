// Numbers of more digits than one exact division covers, as real detectors print them, and those with an exponent.
import { POWERS_OF_TEN, skipDigits } from './digits';

const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const LETTER_E = 101;
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
export function readOddNumber(bytes: Uint8Array, start: number, out: Float64Array, index: number): number {
  const end = endOfNumber(bytes, start);
  if (end >= 0) out[index] = Number(textOf(bytes, start, end));
  return end;
}

/** The position of a number of plain digits, and how many of them follow a point. */
export type Digits = { readonly start: number; readonly end: number; readonly scale: number };

/**
 * Like readNumber, for more than 9 plain digits; up to 18 of them, leading zeros not counted, without making a string.
 */
export function readLongNumber(bytes: Uint8Array, digits: Digits, out: Float64Array, index: number): number {
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
