import type { SweepReport, TrialReport } from './report';

export type BoughtPoint = {
  /** Trained by all trials together until then. */
  readonly epochs: number;
  /** The highest metric until then. */
  readonly value: number;
};

/** What the sweep's epochs have bought: a point for each result that was higher than all before it, and one for what is known now. */
export function bestCurve({ sweep, trials }: Pick<SweepReport, 'sweep' | 'trials'>): readonly BoughtPoint[] {
  const trained = new Map<number, number>();
  const points: BoughtPoint[] = [];
  let spent = 0;
  let best = Number.NEGATIVE_INFINITY;
  for (const entry of sweep.entries) {
    if (entry.type !== 'judged') continue;
    const before = trained.get(entry.trial) ?? 0;
    trained.set(entry.trial, Math.max(before, entry.rung));
    spent += Math.max(0, entry.rung - before);
    if (entry.value <= best) continue;
    best = entry.value;
    points.push({ epochs: spent, value: best });
  }
  const known = trials.flatMap((trial) => (trial.best ? [trial.best.value] : []));
  if (known.length === 0) return points;
  const epochs = trials.reduce((sum, trial) => sum + trial.epochs, 0);
  return [...points, { epochs, value: Math.max(best, ...known) }];
}

/** The best trial by the verdict, else the highest so far; undefined while none has a result. */
export function leaderOf({ verdict, trials }: SweepReport): TrialReport | undefined {
  if (verdict) return verdict.best;
  const known = trials.filter(({ best }) => best !== undefined);
  return known.toSorted((a, b) => (b.best?.value ?? 0) - (a.best?.value ?? 0))[0];
}
