/** Arrays of numbers one behind the other. `type` makes the whole: Uint8Array, Float32Array. */
export function concatenate<T extends Uint8Array | Float32Array>(
  parts: readonly T[],
  type: new (length: number) => T,
): T {
  const whole = new type(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
