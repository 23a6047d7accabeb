import type { SweepReport } from './report';

export type CurvePoint = {
  /** Trained by all trials together until then. */
  readonly epochs: number;
  /** The highest metric until then. */
  readonly value: number;
};

/** What the sweep's epochs have bought: a point for each result, in the order in which they came. */
export function bestCurve({ sweep, trials }: Pick<SweepReport, 'sweep' | 'trials'>): readonly CurvePoint[] {
  const trained = new Map<number, number>();
  const points: CurvePoint[] = [];
  let epochs = 0;
  let best = Number.NEGATIVE_INFINITY;
  for (const entry of sweep.entries) {
    const result = resultOf(entry, trials);
    if (!result) continue;
    const before = trained.get(result.trial) ?? 0;
    epochs += Math.max(0, result.epoch - before);
    trained.set(result.trial, Math.max(before, result.epoch));
    best = Math.max(best, result.value);
    points.push({ epochs, value: best });
  }
  return points;
}

type Entry = SweepReport['sweep']['entries'][number];

/** Of a rung, or of the end of a trial. */
function resultOf(entry: Entry, trials: SweepReport['trials']) {
  if (entry.type === 'judged') return { trial: entry.trial, epoch: entry.rung, value: entry.value };
  if (entry.type !== 'ended') return undefined;
  const { best, epochs = 0 } = trials[entry.trial] ?? {};
  return best && { trial: entry.trial, epoch: epochs, value: best.value };
}
