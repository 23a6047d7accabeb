import { Column } from '../../domain/run/columns';
import { bySeries, STEP_KEYS } from '../../domain/run/step-series';
import { RunDraft } from '../../run/draft';
import type { TrainerEvent } from '../../run/events';
import type { RunFile } from '../../run/files';
import { createRunState, foldEntry } from '../../run/reduce';
import type { RunState, StepColumns } from '../../run/state';

/** One column each, and a column for each name. */
export const PLAIN_COLUMNS = ['step', 'epoch', 't', ...STEP_KEYS] as const;
export const NAMED_COLUMNS = ['lr', 'loss'] as const;

/** One series of a run's steps. */
export type PackedColumn = {
  readonly kind: (typeof PLAIN_COLUMNS | typeof NAMED_COLUMNS)[number];
  readonly name: string;
  readonly values: Float64Array;
};

/** An event log as it was read: columns, and all other events in file order. */
export type LoadedLog = {
  /** Bytes of events.jsonl that are in here, up to a line's end. */
  readonly offset: number;
  readonly columns: readonly PackedColumn[];
  readonly events: readonly TrainerEvent[];
  readonly problems: readonly string[];
};

/** The same, folded, in a form that passes between threads: columns without a copy, the rest by structured clone. */
export type PackedRun = {
  readonly offset: number;
  readonly columns: readonly PackedColumn[];
  readonly state: Omit<RunState, 'steps' | 'run'>;
};

export function packRun({ offset, columns, events, problems }: LoadedLog): PackedRun {
  const draft = new RunDraft(createRunState());
  for (const value of events) foldEntry(draft, { source: 'events', value });
  for (const problem of problems) draft.problem(problem);
  const { steps: _steps, run: _run, ...state } = draft.state;
  return { offset, columns, state };
}

/** The state that folding all lines one by one would have given. Takes the packed columns over. */
export function unpackRun({ columns, state }: PackedRun, run: RunFile): RunState {
  return { ...state, run, steps: unpackColumns(columns) };
}

export function packColumns(steps: StepColumns): PackedColumn[] {
  const plain = PLAIN_COLUMNS.map((kind) => ({
    kind,
    name: '',
    values: steps[kind].view(),
  }));
  const named = NAMED_COLUMNS.flatMap((kind) =>
    [...steps[kind]].map(([name, column]) => ({ kind, name, values: column.view() })),
  );
  return [...plain, ...named];
}

export function unpackColumns(columns: readonly PackedColumn[]): StepColumns {
  const named = (kind: 'lr' | 'loss') =>
    new Map(columns.filter((c) => c.kind === kind).map((c) => [c.name, Column.adopt(c.values)]));
  const plain = (kind: PackedColumn['kind']): Column => {
    const column = columns.find((c) => c.kind === kind);
    return column ? Column.adopt(column.values) : new Column();
  };
  return {
    step: plain('step'),
    epoch: plain('epoch'),
    t: plain('t'),
    ...bySeries(plain),
    lr: named('lr'),
    loss: named('loss'),
  };
}
