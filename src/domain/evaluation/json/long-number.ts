// Numbers of more digits than one exact division covers: real detectors print 16 to 20 of them.
import { POWERS_OF_TEN, skipDigits } from './digits';

const ZERO = 48;
const POINT = 46;
const LETTER_E = 101;
const HEAD_DIGITS = 15;
const TAIL_DIGITS = 7;
/** Splits a double into two halves of 26 bits (Veltkamp 1968). */
const SPLITTER = 134217729;
/** Wider than the relative error of the correction term, which is below 2^-51. */
const DOUBT = 2 ** -50;

/** The integer of a number's digits as head x 10^tailDigits + tail. */
type Digits = { head: number; tail: number; count: number; tailDigits: number };

/** Position after the number at `start`, or -1 where JSON has no number there. */
export function endOfNumber(bytes: Uint8Array, start: number): number {
  const first = bytes[start] === 45 ? start + 1 : start;
  const whole = skipDigits(bytes, first);
  if (whole === first) return -1;
  const fraction = bytes[whole] === POINT ? skipDigits(bytes, whole + 1) : whole;
  if (fraction === whole + 1) return -1;
  return (bytes[fraction] | 32) === LETTER_E ? endOfExponent(bytes, fraction + 1) : fraction;
}

function endOfExponent(bytes: Uint8Array, start: number): number {
  const first = bytes[start] === 43 || bytes[start] === 45 ? start + 1 : start;
  const end = skipDigits(bytes, first);
  return end === first ? -1 : end;
}

/** As readNumber; exact for every JSON number, fast up to 22 digits without an exponent. */
export function readLongNumber(bytes: Uint8Array, start: number, out: Float64Array, index: number): number {
  const end = endOfNumber(bytes, start);
  if (end < 0) return -1;
  const quick = quickValue(bytes, start, end);
  out[index] = Number.isNaN(quick) ? Number(textOf(bytes, start, end)) : quick;
  return end;
}

/** The ASCII text of a span. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

function quickValue(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] === 45 ? start + 1 : start;
  const whole = skipDigits(bytes, first);
  const scale = bytes[whole] === POINT ? end - whole - 1 : 0;
  const plain = whole === end || (bytes[whole] === POINT && skipDigits(bytes, whole + 1) === end);
  if (!plain || scale >= POWERS_OF_TEN.length) return Number.NaN;
  const value = divided(digitsOf(bytes, first, end), POWERS_OF_TEN[scale]);
  return first === start ? value : -value;
}

function digitsOf(bytes: Uint8Array, start: number, end: number): Digits {
  const digits: Digits = { head: 0, tail: 0, count: 0, tailDigits: 0 };
  for (let pos = start; pos < end; pos++) if (bytes[pos] !== POINT) addDigit(digits, bytes[pos] - ZERO);
  return digits;
}

function addDigit(digits: Digits, digit: number): void {
  if (digits.count > 0 || digit > 0) digits.count++;
  if (digits.count <= HEAD_DIGITS) digits.head = digits.head * 10 + digit;
  else {
    digits.tail = digits.tail * 10 + digit;
    digits.tailDigits++;
  }
}

/**
 * digits / power correctly rounded, or NaN where that is in doubt. The integer is held exactly as high + low, the
 * quotient as q + correction; the rounded sum is right when both ends of the correction's error interval round alike.
 */
function divided(digits: Digits, power: number): number {
  if (digits.tailDigits > TAIL_DIGITS) return Number.NaN;
  const shift = POWERS_OF_TEN[digits.tailDigits];
  const product = digits.head * shift;
  const sum = product + digits.tail;
  const sumError = digits.tail - (sum - product);
  const low0 = productError(digits.head, shift, product) + sumError;
  const high = sum + low0;
  const low = low0 - (high - sum);
  const q = high / power;
  const back = q * power;
  const rest = high - back - productError(q, power, back) + low;
  const correction = rest / power;
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
