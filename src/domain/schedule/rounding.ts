/** Python's and NumPy's rounding: ties to the even neighbour. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  // Adding zero makes -0 a plain 0.
  if (rest !== 0.5) return Math.round(value) + 0;
  return (floor % 2 === 0 ? floor : floor + 1) + 0;
}

/** NumPy's interp from (0, from) to (length, to), in its order of operations; constant outside. */
export function interpolate(x: number, length: number, from: number, to: number): number {
  if (x >= length) return to;
  return x <= 0 ? from : ((to - from) / length) * x + from;
}
