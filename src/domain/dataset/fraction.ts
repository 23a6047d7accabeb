import { roundHalfEven } from '../schedule/rounding';

/** The first round(n * fraction) items, at least one; half goes to even, as Python rounds. Above 1 it is a count. */
export function takeFraction<T>(items: readonly T[], fraction: number): readonly T[] {
  if (fraction === 1) return items;
  if (fraction > 1) return items.slice(0, fraction);
  return items.slice(0, Math.max(1, roundHalfEven(items.length * fraction)));
}

/**
 * As many items, but spread from the first to the last: so Ultralytics takes a share of a classification set, whose images come class by
 * class (numpy's linspace in whole numbers).
 */
export function spread<T>(items: readonly T[], fraction: number): readonly T[] {
  const count = fraction > 1 ? fraction : Math.max(1, roundHalfEven(items.length * fraction));
  if (fraction === 1 || count >= items.length) return items;
  const step = (items.length - 1) / Math.max(1, count - 1);
  return Array.from(
    { length: count },
    (_, i) => items[i === count - 1 && i > 0 ? items.length - 1 : Math.floor(i * step)],
  );
}
