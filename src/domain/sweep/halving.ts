// Successive halving (Jamieson and Talwalkar 2016) by rungs, and its asynchronous form (Li et al. 2020). Pure functions of the
// values at a rung: what is stopped can be recomputed from the trials' own files.

/** The epochs at which trials are judged: `grace`, and each `reduction` times as far, before the last epoch. */
export function rungsOf(grace: number, reduction: number, epochs: number): number[] {
  const rungs: number[] = [];
  for (let rung = grace; rung < epochs; rung *= reduction) rungs.push(rung);
  return rungs;
}

/** The metric of a trial at a rung; undefined if it ended before, by itself or by a failure. */
export type AtRung = { readonly trial: number; readonly value: number | undefined };

export type RungVerdict = {
  /** The lowest value that goes on; undefined if all do. */
  readonly cutoff: number | undefined;
  readonly stopped: readonly { readonly trial: number; readonly value: number }[];
};

/**
 * Of the trials that were to reach a rung, the best of `1 / reduction` go on, and whatever equals the last of them: to choose
 * among equals would be chance. Trial 0 is what all are compared with at the end, and always goes on.
 */
export function judgeRung(trials: readonly AtRung[], reduction: number): RungVerdict {
  const kept = Math.max(1, Math.floor(trials.length / reduction));
  const judged = trials.flatMap(({ trial, value }) => (value === undefined ? [] : [{ trial, value }]));
  const ranked = judged.map(({ value }) => value).sort((a, b) => b - a);
  if (ranked.length <= kept) return { cutoff: undefined, stopped: [] };
  const cutoff = ranked[kept - 1];
  return { cutoff, stopped: judged.filter(({ trial, value }) => trial !== 0 && value < cutoff) };
}

/**
 * As soon as a trial reaches a rung, against those that reached it before: stopped below their upper `1 / reduction`. Which
 * trial came first decides with it, so another run of the sweep may stop others.
 */
export function judgeArrival(
  { trial, value }: { readonly trial: number; readonly value: number },
  before: readonly number[],
  reduction: number,
): number | undefined {
  if (before.length === 0 || trial === 0) return undefined;
  const cutoff = quantile(before, 1 - 1 / reduction);
  return value < cutoff ? cutoff : undefined;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (next - sorted[below]) * (at - below);
}

/** Epochs that `trials` trials train in all if none fails and no two are equal. */
export function expectedEpochs(
  trials: number,
  rungs: readonly number[],
  reduction: number,
  epochs: number,
): number {
  let [total, before, going] = [0, 0, trials];
  for (const rung of [...rungs, epochs]) {
    total += going * (rung - before);
    // Trial 0 may be one of those that are kept, or one more.
    going = Math.min(going, Math.max(1, Math.floor(going / reduction)) + 1);
    before = rung;
  }
  return total;
}
