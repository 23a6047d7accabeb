import type { SweepReport } from './report';

export type BoughtPoint = {
  /** Trained by all trials together until then. */
  readonly epochs: number;
  /** The highest metric until then. */
  readonly value: number;
};

/** What the sweep's epochs have bought: a point for each result of a rung, in their order, and one for what is known now. */
export function bestCurve({ sweep, trials }: Pick<SweepReport, 'sweep' | 'trials'>): readonly BoughtPoint[] {
  const trained = new Map<number, number>();
  const points: BoughtPoint[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (const entry of sweep.entries) {
    if (entry.type !== 'judged') continue;
    trained.set(entry.trial, Math.max(trained.get(entry.trial) ?? 0, entry.rung));
    best = Math.max(best, entry.value);
    points.push({ epochs: sum([...trained.values()]), value: best });
  }
  const known = trials.flatMap((trial) => (trial.best ? [trial.best.value] : []));
  if (known.length === 0) return points;
  const epochs = sum(trials.map((trial) => trial.epochs));
  return [...points, { epochs, value: Math.max(best, ...known) }];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
