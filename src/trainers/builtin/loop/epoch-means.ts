/** Sums of an epoch so far; part of the state that a pause in the middle of an epoch keeps. */
export type EpochSums = {
  readonly steps: number;
  readonly seconds: number;
  readonly sums: Readonly<Record<string, number>>;
};

export const NO_SUMS: EpochSums = { steps: 0, seconds: 0, sums: {} };

export function addStep(
  epoch: EpochSums,
  losses: Readonly<Record<string, number>>,
  seconds: number,
): EpochSums {
  const sums = Object.fromEntries(
    Object.entries(losses).map(([name, value]) => [name, value + (epoch.sums[name] ?? 0)]),
  );
  return { steps: epoch.steps + 1, seconds: epoch.seconds + seconds, sums };
}

export function meansOf({ steps, sums }: EpochSums): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / steps]));
}
