import { FINAL_STATES } from '../../run/state-names';
import { trialName } from '../../run/sweep';
import { readOwner } from '../control/lock';
import { listRuns, type RunSummary } from '../runs/list-runs';
import { hasEnded, listSweeps, type Sweep, sweepPaths } from './sweep-folder';

/** A sweep in a list: one entry, whatever the number of its trials. */
export type SweepSummary = {
  readonly sweep: Sweep;
  /** left: it has not ended, and no process drives it. */
  readonly state: 'running' | 'ended' | 'left';
  /** Trials that have begun, newest first. */
  readonly trials: readonly RunSummary[];
  /** Trials that have come to their end. */
  readonly done: number;
  /** By the sweep's metric at its end, else the highest mAP so far. */
  readonly best: { readonly name: string; readonly value: number } | undefined;
};

/** The sweeps of a runs folder, newest first. */
export async function summarizeSweeps(runsDir: string): Promise<SweepSummary[]> {
  const summaries: SweepSummary[] = [];
  for (const sweep of await listSweeps(runsDir)) summaries.push(await summarize(sweep));
  return summaries;
}

async function summarize(sweep: Sweep): Promise<SweepSummary> {
  const { runs: trials } = await listRuns(sweepPaths(sweep.dir).trials);
  const over = trials.filter(({ presence: { state } }) => FINAL_STATES.has(state) && state !== 'paused');
  return { sweep, state: stateOf(sweep), trials, done: over.length, best: bestOf(sweep, trials) };
}

function stateOf(sweep: Sweep): SweepSummary['state'] {
  if (hasEnded(sweep)) return 'ended';
  const { kind } = readOwner(sweep.dir);
  return kind === 'alive' || kind === 'elsewhere' ? 'running' : 'left';
}

function bestOf({ entries }: Sweep, trials: readonly RunSummary[]): SweepSummary['best'] {
  const end = entries.find((entry) => entry.type === 'end');
  if (end?.type === 'end')
    return end.best ? { name: trialName(end.best.trial), value: end.best.value } : undefined;
  const known = trials.flatMap(({ name, status }) => {
    const value = status?.progress?.best?.map;
    return value === undefined || !Number.isFinite(value) ? [] : [{ name, value }];
  });
  return known.sort((a, b) => b.value - a.value)[0];
}
