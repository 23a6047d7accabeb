/** 10^0 to 10^22, each exactly a double. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/** Position after the ASCII digits that begin at `start`. */
export function skipDigits(bytes: Uint8Array, start: number): number {
  let pos = start;
  while (bytes[pos] >= 48 && bytes[pos] <= 57) pos++;
  return pos;
}
