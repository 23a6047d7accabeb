import path from 'node:path';
import type { AgainstBaseline } from '../../domain/compare/many';
import type { Cell } from '../../domain/runs-table/row';
import { rowOf } from '../../run/run-row';
import type { RunStateName } from '../../run/state-names';
import { type SweepEntry, type SweepFile, trialName } from '../../run/sweep';
import { judgeMany } from '../compare/compare-many';
import { listRuns } from '../runs/list-runs';
import { viewRun } from '../runs/view-run';
import { hasEnded, readSweep, type Sweep, type SweepState, sweepPaths, sweepState } from './sweep-folder';
import { bestValue, type EpochValue, resultOf, type TrialResult } from './trial-result';

export type TrialReport = {
  readonly trial: number;
  readonly name: string;
  readonly dir: string;
  /** The cluster that it ran on; undefined: this machine, or it has not begun. */
  readonly target: string | undefined;
  /** Its value of each key that is varied; of trial 0 the file's own. */
  readonly settings: ReadonlyMap<string, Cell>;
  readonly state: RunStateName | 'waiting';
  /** Whether its losses went wrong. */
  readonly isBroken: boolean;
  readonly note: string | undefined;
  readonly epochs: number;
  /** Its metric at the rungs that it reached. */
  readonly atRungs: readonly (number | undefined)[];
  readonly best: EpochValue | undefined;
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
  const own = entriesByTrial(sweep);
  const trials: TrialReport[] = [];
  for (const trial of settings.keys()) {
    const name = trialName(trial);
    const summary = listed.get(name);
    const dir = path.join(folder, name);
    const row = summary && rowOf(summary);
    const cells = new Map(
      keys.map((key) => [key, row ? row.get(key) : cellOf(ownValue(settings[trial], key))]),
    );
    trials.push({
      ...{ trial, name, dir, settings: cells, target: summary?.run.target },
      ...describe(
        sweep.file,
        own.get(trial) ?? [],
        summary && resultOf(await viewRun(dir), sweep.file.metric),
      ),
    });
  }
  const ended = hasEnded(sweep);
  return { sweep, keys, trials, ended, verdict: ended ? await verdictOf(sweep, trials) : undefined };
}

/** A stranger's sweep may name a key that every object has. */
const ownValue = (settings: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(settings, key) ? settings[key] : undefined;

const cellOf = (value: unknown): Cell =>
  value === undefined ? undefined : typeof value === 'object' ? JSON.stringify(value) : String(value);

function entriesByTrial({ entries }: Sweep): ReadonlyMap<number, readonly SweepEntry[]> {
  const byTrial = new Map<number, SweepEntry[]>();
  for (const entry of entries) {
    if (!('trial' in entry)) continue;
    const own = byTrial.get(entry.trial);
    if (own) own.push(entry);
    else byTrial.set(entry.trial, [entry]);
  }
  return byTrial;
}

function describe(
  { rungs }: SweepFile,
  own: readonly SweepEntry[],
  result: TrialResult | undefined,
): Pick<TrialReport, 'state' | 'isBroken' | 'note' | 'epochs' | 'atRungs' | 'best' | 'stopped'> {
  const judged = new Map(
    own.flatMap((one) => (one.type === 'judged' ? [[one.rung, one.value] as const] : [])),
  );
  const atRungs = rungs.map((rung) => judged.get(rung));
  const stopped = own.find((one) => one.type === 'stopped');
  const best = result && bestValue(result);
  if (!result) return { ...NOT_BEGUN, atRungs, best, stopped };
  const { state, isBroken, note, epochs } = result;
  return { state, isBroken, note, epochs, atRungs, best, stopped };
}

const NOT_BEGUN = { state: 'waiting', isBroken: false, note: undefined, epochs: 0 } as const;

async function verdictOf(sweep: Sweep, trials: readonly TrialReport[]): Promise<SweepVerdict | undefined> {
  const end = sweep.entries.find((entry) => entry.type === 'end');
  const best = end?.type === 'end' && end.best ? trials[end.best.trial] : undefined;
  if (!best) return undefined;
  const chosenFrom = trials.length - 1;
  if (best.trial === 0) return { best, against: undefined, chosenFrom };
  const gone = [trials[0], best].find(({ state }) => state === 'waiting');
  if (gone)
    return { best, against: { kind: 'absent', why: `${gone.name} is not there any more` }, chosenFrom };
  const against = await compareTrials(trials[0], best, chosenFrom);
  return { best, against: against.kind === 'baseline' ? undefined : against, chosenFrom };
}

/** A sweep with what drives it. */
export type SweepView = { readonly report: SweepReport; readonly state: SweepState };

/** Undefined if the folder is not one of a sweep. */
export async function viewSweep(dir: string): Promise<SweepView | undefined> {
  const sweep = await readSweep(dir);
  return sweep && { report: await reportSweep(sweep), state: sweepState(sweep) };
}

/** The second against the first, at the best epoch of each; the limits are those of the best of `chosenFrom`. */
export async function compareTrials(first: TrialReport, second: TrialReport, chosenFrom: number) {
  const asked = [first, second].map(({ name, dir, best }) => ({ text: name, dir, epoch: best?.epoch }));
  const { against } = await judgeMany(asked, 0, chosenFrom);
  return against[1];
}

/** Those that trained to the end, best first. */
export function ranking({ trials }: Pick<SweepReport, 'trials'>): readonly TrialReport[] {
  return trials
    .filter(({ state, best }) => state === 'completed' && best !== undefined)
    .toSorted((a, b) => (b.best?.value ?? 0) - (a.best?.value ?? 0) || a.trial - b.trial);
}
