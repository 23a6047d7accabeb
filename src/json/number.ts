import { POWERS_OF_TEN } from './digits';
import { readLongNumber, readOddNumber } from './long-number';

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
