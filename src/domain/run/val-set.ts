import { mayBeSameValSet } from '../compare/val-set';

type ValidatedOn = { readonly epoch: number; readonly t: number; readonly fingerprint?: string | undefined };

/** What was judged on the val set of the latest validation; results on another one cannot be compared with these. */
export function onLatestValSet<T extends ValidatedOn>(validations: Iterable<T>): T[] {
  const all = [...validations];
  const latest = latestOf(all)?.fingerprint;
  return all.filter((v) => mayBeSameValSet(v.fingerprint, latest));
}

/**
 * The best of these, on the val set of the latest: by fitness, else by mAP50-95. Of equals the latest epoch, as Ultralytics' best.pt: while
 * nothing is found yet, all are 0. Undefined if none has a number.
 */
export function bestValidated<T extends ValidatedOn & Scored>(validations: Iterable<T>): T | undefined {
  let best: T | undefined;
  for (const one of onLatestValSet(validations))
    if (Number.isFinite(one.map) && !(best && fitnessOf(one) < fitnessOf(best))) best = one;
  return best;
}

type Scored = { readonly map: number; readonly fitness?: number | undefined };

const fitnessOf = ({ map, fitness = map }: Scored): number => fitness;

/** Epochs that were judged on another val set than the latest, ascending; empty if it never changed. */
export function onOtherValSets(validations: Iterable<ValidatedOn>): number[] {
  const all = [...validations];
  const same = new Set(onLatestValSet(all).map((v) => v.epoch));
  return all.map((v) => v.epoch).filter((epoch) => !same.has(epoch));
}

function latestOf(validations: readonly ValidatedOn[]): ValidatedOn | undefined {
  return validations.reduce<ValidatedOn | undefined>(
    (last, v) => (last && last.t > v.t ? last : v),
    undefined,
  );
}
