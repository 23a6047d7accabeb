import path from 'node:path';
import type { AgainstBaseline } from '../../domain/compare/many';
import type { Cell } from '../../domain/runs-table/row';
import { compareMany } from '../../engine/compare/compare-many';
import { listRuns } from '../../engine/runs/list-runs';
import { openRun } from '../../engine/runs/live-run';
import { hasEnded, type Sweep, sweepPaths } from '../../engine/sweep/sweep-folder';
import { rowOf } from '../../run/run-row';
import type { RunStateName } from '../../run/state-names';
import { type SweepEntry, trialName } from '../../run/sweep';
import { resultOf, type TrialResult } from './trial';

export type TrialReport = {
  readonly trial: number;
  readonly name: string;
  readonly dir: string;
  /** Its value of each key that is varied; of trial 0 the file's own. */
  readonly settings: ReadonlyMap<string, Cell>;
  readonly state: RunStateName | 'waiting';
  readonly note: string | undefined;
  readonly epochs: number;
  /** Its metric at the rungs that it reached. */
  readonly atRungs: readonly (number | undefined)[];
  readonly best: { readonly epoch: number; readonly value: number } | undefined;
  readonly stopped: Extract<SweepEntry, { type: 'stopped' }> | undefined;
};

export type SweepReport = {
  readonly sweep: Sweep;
  /** Keys that are varied. */
  readonly keys: readonly string[];
  readonly trials: readonly TrialReport[];
  readonly ended: boolean;
  readonly verdict: SweepVerdict | undefined;
};

/** The best trial that trained to its end, against the file as it stands. */
export type SweepVerdict = {
  readonly best: TrialReport;
  /** Undefined if trial 0 is the best. */
  readonly against: AgainstBaseline | { readonly kind: 'absent'; readonly why: string } | undefined;
  /** How many trials the best was chosen from: its interval is that much wider. */
  readonly chosenFrom: number;
};

/** What a sweep has shown so far, from its folder alone. */
export async function reportSweep(sweep: Sweep): Promise<SweepReport> {
  const { trials: settings } = sweep.file;
  const keys = [...new Set(settings.flatMap((one) => Object.keys(one)))];
  const folder = sweepPaths(sweep.dir).trials;
  const listed = new Map((await listRuns(folder)).runs.map((run) => [run.name, run]));
  const trials: TrialReport[] = [];
  for (const trial of settings.keys()) {
    const name = trialName(trial);
    const summary = listed.get(name);
    const dir = path.join(folder, name);
    const row = summary && rowOf(summary);
    const cells = new Map(keys.map((key) => [key, row ? row.get(key) : cellOf(settings[trial][key])]));
    trials.push({
      ...{ trial, name, dir, settings: cells },
      ...describe(sweep, trial, summary && (await readResult(dir, sweep))),
    });
  }
  const ended = hasEnded(sweep);
  return { sweep, keys, trials, ended, verdict: ended ? await verdictOf(sweep, trials) : undefined };
}

const cellOf = (value: unknown): Cell =>
  value === undefined ? undefined : typeof value === 'object' ? JSON.stringify(value) : String(value);

async function readResult(dir: string, { file }: Sweep): Promise<TrialResult> {
  const live = await openRun(dir);
  live.dispose();
  return resultOf(live, file.metric);
}

function describe(
  { file, entries }: Sweep,
  trial: number,
  result: TrialResult | undefined,
): Pick<TrialReport, 'state' | 'note' | 'epochs' | 'atRungs' | 'best' | 'stopped'> {
  const own = entries.filter((entry) => 'trial' in entry && entry.trial === trial);
  const atRungs = file.rungs.map((rung) => {
    const entry = own.find((one) => one.type === 'judged' && one.rung === rung);
    return entry?.type === 'judged' ? entry.value : undefined;
  });
  const stopped = own.find((one) => one.type === 'stopped');
  const best = result && bestValue(result.values);
  if (!result) return { ...NOT_BEGUN, atRungs, best, stopped };
  const { state, note, epochs } = result;
  return { state, note, epochs, atRungs, best, stopped };
}

const NOT_BEGUN = { state: 'waiting', note: undefined, epochs: 0 } as const;

function bestValue(values: ReadonlyMap<number, number>): TrialReport['best'] {
  const all = [...values].map(([epoch, value]) => ({ epoch, value }));
  return all.sort((a, b) => b.value - a.value || a.epoch - b.epoch)[0];
}

async function verdictOf(sweep: Sweep, trials: readonly TrialReport[]): Promise<SweepVerdict | undefined> {
  const end = sweep.entries.find((entry) => entry.type === 'end');
  const best = end?.type === 'end' && end.best ? trials[end.best.trial] : undefined;
  if (!best) return undefined;
  const chosenFrom = trials.length - 1;
  if (best.trial === 0) return { best, against: undefined, chosenFrom };
  const asked = [trials[0], best].map(({ name, dir, best: at }) => ({ text: name, dir, epoch: at?.epoch }));
  const { runs } = await compareMany(asked, 0, chosenFrom);
  const { against } = runs[1];
  return { best, against: against.kind === 'baseline' ? undefined : against, chosenFrom };
}

/** Those that trained to the end, best first. */
export function ranking({ trials }: Pick<SweepReport, 'trials'>): readonly TrialReport[] {
  return trials
    .filter(({ state, best }) => state === 'completed' && best !== undefined)
    .toSorted((a, b) => (b.best?.value ?? 0) - (a.best?.value ?? 0) || a.trial - b.trial);
}
