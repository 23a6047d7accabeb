import { csvText } from '../base/csv-cell';
import type { ScalarPoint } from '../domain/foreign/tfevents';
import type { Column } from '../domain/run/columns';
import { seriesEntries } from '../domain/run/step-series';
import type { TrainerEventOf } from '../run/events';
import type { RunState } from '../run/state';
import type { Validation } from '../run/validation';
import type { ChartId } from './dashboard/types';

// A run as other tools read it: TensorBoard scalars and CSV. Tags follow the field: loss/total, lr/weights, metrics/mAP50-95.

/** Every number of a run as a scalar, steps first, then validations at the step of their checkpoint. */
export function* scalarPoints(state: RunState): Generator<ScalarPoint> {
  const { steps } = state;
  const series = seriesOf(state);
  for (let row = 0; row < steps.step.length; row++) {
    const step = steps.step.at(row);
    const wallTime = steps.t.at(row) / 1000;
    for (const [tag, column] of series) {
      const value = column.at(row);
      if (!isMissing(value, tag)) yield { tag, step, wallTime, value };
    }
  }
  for (const validated of state.validations.values()) yield* validationPoints(validated);
  for (const epoch of state.epochs) yield* ownPoints(epoch);
}

/** A missing value is NaN in a column; a loss that is NaN is information and is exported. */
function isMissing(value: number, tag: string): boolean {
  return Number.isNaN(value) && !tag.startsWith('loss/');
}

function seriesOf({ steps }: RunState): [tag: string, column: Column][] {
  return [
    ...[...steps.loss].map(([name, column]): [string, Column] => [`loss/${name}`, column]),
    ...[...steps.lr].map(([name, column]): [string, Column] => [`lr/${name}`, column]),
    ...seriesEntries()
      .filter(({ key, isAlwaysExported }) => isAlwaysExported || steps[key].view().some(Number.isFinite))
      .map(({ key, tag }): [string, Column] => [tag, steps[key]]),
  ];
}

type Metric = readonly [tag: string, key: 'map' | 'map50' | 'precision' | 'recall'];

/** `letter`: what Ultralytics adds to the name of the output that was judged. */
const metricsOf = (letter: string): readonly Metric[] => [
  [`metrics/precision${letter}`, 'precision'],
  [`metrics/recall${letter}`, 'recall'],
  [`metrics/mAP50${letter}`, 'map50'],
  [`metrics/mAP50-95${letter}`, 'map'],
];

/** Ultralytics' names: what a mask's numbers are called must not say boxes. */
const OF_TASK: Readonly<Partial<Record<string, readonly Metric[]>>> = {
  segment: metricsOf('(M)'),
  pose: metricsOf('(P)'),
  classify: [
    ['metrics/accuracy_top1', 'map'],
    ['metrics/accuracy_top5', 'map50'],
  ],
};

function validationPoints(validated: Validation): ScalarPoint[] {
  const { step, t, task = 'detect' } = validated;
  const metrics = OF_TASK[task] ?? metricsOf('');
  return metrics.map(([tag, key]) => ({ tag, step, wallTime: t / 1000, value: validated[key] }));
}

/** Results of the trainer's own validation, if another program has one. */
function ownPoints({ step, t, metrics = {} }: TrainerEventOf<'epoch'>): ScalarPoint[] {
  return Object.entries(metrics).map(([name, value]) => ({
    tag: `trainer/${name}`,
    step,
    wallTime: t / 1000,
    value,
  }));
}

/** One line a step: step, epoch, seconds, losses, LR per group, then each series of the step. NaN and inf as Python writes them. */
export function* stepsCsv(
  state: RunState,
  isWanted: (tag: string) => boolean = () => true,
): Generator<string> {
  const { steps } = state;
  const series = seriesOf(state).filter(([tag]) => isWanted(tag));
  yield `${['step', 'epoch', 'time', ...series.map(([tag]) => csvText(tag))].join(',')}\n`;
  const start = steps.t.length > 0 ? steps.t.at(0) : 0;
  for (let row = 0; row < steps.step.length; row++) {
    const fixed = [steps.step.at(row), steps.epoch.at(row), (steps.t.at(row) - start) / 1000];
    yield `${[...fixed, ...series.map(([, column]) => column.at(row))].map(cell).join(',')}\n`;
  }
}

/**
 * One line a validated epoch, with Ultralytics' column names, so that tools for its results.csv read it; `seconds` is how long the
 * epoch trained. A run that was not validated here has the trainer's own numbers, and behind them whatever else it logs of a
 * validation.
 */
export function epochsCsv(state: RunState): Generator<string> {
  const columns = OF_TASK[state.plan?.task ?? 'detect'] ?? metricsOf('(B)');
  return state.validations.size > 0 ? validatedCsv(state, columns) : ownCsv(state, columns);
}

const titles = (columns: readonly Metric[], more: readonly string[]): string =>
  `${['epoch', ...columns.map(([tag]) => tag), 'seconds', ...more].join(',')}\n`;

function* validatedCsv({ validations, epochs }: RunState, columns: readonly Metric[]): Generator<string> {
  const trained = new Map(epochs.map(({ epoch, seconds }) => [epoch, seconds]));
  yield titles(columns, ['validation_seconds']);
  for (const v of validations.values()) {
    const numbers = columns.map(([, key]) => v[key]);
    yield line([v.epoch, ...numbers, trained.get(v.epoch) ?? Number.NaN, v.seconds.total]);
  }
}

function* ownCsv(state: RunState, columns: readonly Metric[]): Generator<string> {
  const more = ownNames(state, columns);
  const keys = columns.map(([, key]) => key);
  yield titles(columns, more.map(csvText));
  for (const { epoch, metrics, seconds } of state.epochs)
    if (metrics) yield line([epoch, ...of(metrics, keys), seconds, ...of(metrics, more)]);
}

const of = (metrics: Readonly<Record<string, number>>, names: readonly string[]): number[] =>
  names.map((name) => metrics[name] ?? Number.NaN);

function ownNames({ epochs }: RunState, columns: readonly Metric[]): string[] {
  const names = new Set(epochs.flatMap(({ metrics = {} }) => Object.keys(metrics)));
  for (const [, key] of columns) names.delete(key);
  return [...names];
}

const line = (cells: readonly number[]): string => `${cells.map(cell).join(',')}\n`;

function cell(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return String(value);
}

/** What a chart is of, as it was logged: every step or every validation, neither smoothed nor thinned. */
export function chartCsv(state: RunState, chart: ChartId): Generator<string> {
  if (chart === 'loss' || chart === 'lr') return stepsCsv(state, (tag) => tag.startsWith(`${chart}/`));
  if (chart === 'speed') return stepsCsv(state, (tag) => !tag.startsWith('loss/') && !tag.startsWith('lr/'));
  if (chart === 'gpu') return gpuCsv(state);
  return epochsCsv(state);
}

/** One line a card and reading. */
function* gpuCsv({ gpu }: RunState): Generator<string> {
  yield 'time,gpu,used_bytes,own_bytes,total_bytes,busy_percent,celsius,watts\n';
  const none = Number.NaN;
  for (const { t, cards } of gpu)
    for (const { index, used, own = none, total, busy = none, celsius = none, watts = none } of cards)
      yield line([t / 1000, index, used, own, total, busy, celsius, watts]);
}
