import { csvText } from '../base/csv-cell';
import type { ScalarPoint } from '../domain/foreign/tfevents';
import type { Column } from '../domain/run/columns';
import { seriesEntries } from '../domain/run/step-series';
import type { TrainerEventOf } from '../run/events';
import type { RunState } from '../run/state';
import type { Validation } from '../run/validation';

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

const METRICS = [
  ['metrics/mAP50-95', 'map'],
  ['metrics/mAP50', 'map50'],
  ['metrics/precision', 'precision'],
  ['metrics/recall', 'recall'],
] as const;

function validationPoints(validated: Validation): ScalarPoint[] {
  const { step, t } = validated;
  return METRICS.map(([tag, key]) => ({ tag, step, wallTime: t / 1000, value: validated[key] }));
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
export function* stepsCsv(state: RunState): Generator<string> {
  const { steps } = state;
  const series = seriesOf(state);
  yield `${['step', 'epoch', 'time', ...series.map(([tag]) => csvText(tag))].join(',')}\n`;
  const start = steps.t.length > 0 ? steps.t.at(0) : 0;
  for (let row = 0; row < steps.step.length; row++) {
    const fixed = [steps.step.at(row), steps.epoch.at(row), (steps.t.at(row) - start) / 1000];
    yield `${[...fixed, ...series.map(([, column]) => column.at(row))].map(cell).join(',')}\n`;
  }
}

/**
 * One line a validated epoch, with Ultralytics' column names, so that tools for its results.csv read it. A run that was
 * not validated here has the trainer's own numbers.
 */
export function* epochsCsv(state: RunState): Generator<string> {
  yield 'epoch,metrics/precision(B),metrics/recall(B),metrics/mAP50(B),metrics/mAP50-95(B),seconds\n';
  for (const v of state.validations.values())
    yield line([v.epoch, v.precision, v.recall, v.map50, v.map, v.seconds.total]);
  if (state.validations.size > 0) return;
  for (const { epoch, metrics, seconds } of state.epochs)
    if (metrics) yield line([epoch, ...OWN.map((name) => metrics[name] ?? Number.NaN), seconds]);
}

const OWN = ['precision', 'recall', 'map50', 'map'];
const line = (cells: readonly number[]): string => `${cells.map(cell).join(',')}\n`;

function cell(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return String(value);
}
