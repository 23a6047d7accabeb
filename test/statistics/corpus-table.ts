import { type Raised, type RecordedRun, replay } from './replay';

export type JudgedRun = {
  readonly name: string;
  /** The name without its seed. */
  readonly kind: string;
  readonly isSick: boolean;
  readonly isCaught: boolean;
  /** Alarms of a healthy run, and of a sick one before its trouble. */
  readonly wrong: readonly string[];
  /** The first alarm of the trouble. */
  readonly first: Raised | undefined;
  readonly delay: number | undefined;
  /** Everything that was raised. */
  readonly rules: readonly string[];
};

/** What the monitors say of a recorded run. */
export function judgeRecorded(run: RecordedRun): JudgedRun {
  const raised = replay(run);
  const first = raised.find(({ rule, step }) => run.sick.includes(rule) && step >= run.from);
  return {
    name: run.name,
    kind: run.name.replace(/-\d+$/, ''),
    isSick: run.sick.length > 0,
    isCaught: first !== undefined,
    wrong: raised.filter(({ step }) => run.sick.length === 0 || step < run.from).map(({ rule }) => rule),
    first,
    delay: first && first.step - run.from,
    rules: [...new Set(raised.map(({ rule }) => rule))],
  };
}

export type KindRow = { readonly kind: string; readonly runs: readonly JudgedRun[] };

export function byKind(runs: readonly JudgedRun[]): KindRow[] {
  const kinds = [...new Set(runs.map(({ kind }) => kind))].sort();
  return kinds.map((kind) => ({ kind, runs: runs.filter((run) => run.kind === kind) }));
}
