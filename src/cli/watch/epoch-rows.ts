import { formatRate, formatValue } from '../../domain/display/format';
import { metricNames } from '../../domain/run/task';
import { mainRates } from '../../run/main-group';
import type { RunState } from '../../run/state';
import { score, seconds } from '../output/numbers';
import type { Style } from '../output/style';
import { pad } from '../output/table';

const WIDTHS = [9, 9, 9, 8, 8, 8, 8, 8];
const TITLES = ['epoch', 'loss', 'lr', 'time'];

const row = (cells: readonly string[]): string =>
  cells.map((cell, i) => pad(cell, WIDTHS[i] ?? 0, 'right')).join(' ');

/** `task`: what the numbers of a validation measure. */
export const epochHeader = (style: Style, task?: string): string =>
  style.dim(row([...TITLES, ...metricNames(task)]).trimEnd());

/** One finished epoch: mean loss, LR at its end, seconds, and its validation as far as it is known. */
export function epochRow(state: RunState, index: number, style: Style): string {
  const { epoch, loss, seconds: took, step } = state.epochs[index];
  const head = row([
    `${epoch}/${state.plan?.epochs ?? '?'}`,
    formatValue(loss.total ?? Number.NaN, 4),
    formatRate(rateAt(state, step)),
    seconds(took),
  ]);
  return `${head} ${validationCells(state, epoch, style)}`.trimEnd();
}

function validationCells(state: RunState, epoch: number, style: Style): string {
  const validated = state.validations.get(epoch);
  if (!validated) return style.dim(ownCells(state, epoch) || missingNote(state, epoch));
  const { map, map50, precision, recall } = validated;
  const cells = [map, map50, precision, recall].map((v) => pad(score(v), 8, 'right')).join(' ');
  return isBestSoFar(state, epoch) ? `${style.bold(cells)} ${style.good('*')}` : cells;
}

/** What another program found itself, if it validates. */
function ownCells(state: RunState, epoch: number): string {
  const own = state.epochs.find((e) => e.epoch === epoch)?.metrics ?? {};
  if (own.map === undefined && own.map50 === undefined) return '';
  const cells = [own.map, own.map50, own.precision, own.recall].map((v) => pad(score(v), 8, 'right'));
  return `${cells.join(' ')} its own`;
}

function missingNote(state: RunState, epoch: number): string {
  const checkpoint = state.checkpoints.get(epoch)?.state;
  if (checkpoint === 'failed') return ' validation failed';
  return checkpoint === 'skipped' ? ' validation skipped' : '';
}

function isBestSoFar(state: RunState, epoch: number): boolean {
  const map = state.validations.get(epoch)?.map ?? Number.NaN;
  return [...state.validations.values()].every((v) => v.epoch >= epoch || !(v.map >= map));
}

/** LR of the weights at a step; the latest step if that one was never logged. */
function rateAt(state: RunState, step: number): number {
  const column = mainRates(state);
  const steps = state.steps.step;
  if (!column || column.length === 0) return Number.NaN;
  for (let i = Math.min(steps.length, column.length) - 1; i >= 0; i--)
    if (steps.at(i) <= step) return column.at(i);
  return column.at(0);
}

/** Whether everything that the row of an epoch shows is known, so that it may be printed. */
export function epochIsSettled(state: RunState, epoch: number): boolean {
  const validation = state.run?.experiment.resolved.validation;
  if (validation && !validation.enabled) return true;
  const every = Math.max(1, validation?.every ?? 1);
  if (epoch % every !== 0 && epoch !== state.plan?.epochs) return true;
  const checkpoint = state.checkpoints.get(epoch)?.state;
  return state.validations.has(epoch) || checkpoint === 'skipped' || checkpoint === 'failed';
}
