/** The first round(n * fraction) items, at least one; half goes to even, as Python rounds. Above 1 it is a count. */
export function takeFraction<T>(items: readonly T[], fraction: number): readonly T[] {
  if (fraction === 1) return items;
  if (fraction > 1) return items.slice(0, fraction);
  return items.slice(0, Math.max(1, roundHalfEven(items.length * fraction)));
}

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  // Adding zero makes -0 a plain 0.
  if (rest !== 0.5) return Math.round(value) + 0;
  return (floor % 2 === 0 ? floor : floor + 1) + 0;
}
