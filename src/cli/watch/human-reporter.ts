import type { Severity } from '../../base/problem';
import { formatRate, formatValue } from '../../domain/display/format';
import { metricNames } from '../../domain/run/task';
import type { TrainerEvent } from '../../run/events';
import type { KeeperEntry } from '../../run/keeper-entry';
import { ownMetricsOf } from '../../run/own-metrics';
import { plannedEpochs } from '../../run/planned-epochs';
import { mainRates, type RunEntry, type RunState } from '../../run/state';
import { FINAL_STATES } from '../../run/state-names';
import type { CliIo } from '../io';
import { type AlarmPlace, alarmCommand, alarmTopics } from '../output/alarm-command';
import { explainedLine, score, seconds } from '../output/numbers';
import { createProgress } from '../output/progress';
import { type Style, styleFor } from '../output/style';
import { pad } from '../output/table';
import { barText } from './bar-text';
import type { RunReporter } from './reporter';
import { summaryLines } from './summary';

const WIDTHS = [9, 9, 9, 8, 8, 8, 8, 8];
const TITLES = ['epoch', 'loss', 'lr', 'time'];

const row = (cells: readonly string[]): string =>
  cells.map((cell, i) => pad(cell, WIDTHS[i] ?? 0, 'right')).join(' ');

/** `task`: what the numbers of a validation measure. */
const epochHeader = (style: Style, task?: string): string =>
  style.dim(row([...TITLES, ...metricNames(task)]).trimEnd());

/**
 * A row per epoch once it is trained and validated, what went wrong as it happens, a bar below on a terminal. Warnings
 * that were printed before the run are not printed again when the trainer logs them.
 */
export function createHumanReporter(io: CliIo, dir: string, warnings: readonly string[] = []): RunReporter {
  const style = styleFor(io, io.stdout);
  const progress = createProgress(io.stdout, io.env);
  let lastEpoch = 0;
  let hasHeader = false;
  const printRow = (state: RunState, index: number): void => {
    if (!hasHeader) progress.line(epochHeader(style, state.plan?.task));
    hasHeader = true;
    progress.line(epochRow(state, index, style));
    lastEpoch = state.epochs[index].epoch;
  };
  const printRows = (state: RunState, isReady: (epoch: number) => boolean): void => {
    const next = (): number => state.epochs.findIndex(({ epoch }) => epoch > lastEpoch);
    for (let i = next(); i >= 0 && isReady(state.epochs[i].epoch); i = next()) printRow(state, i);
  };
  return {
    onEntries: (entries, state) => {
      // A resumed run repeats epochs that were already shown.
      const resumed = entries.some(({ source, value }) => source === 'events' && value.type === 'hello');
      if (resumed) lastEpoch = Math.min(lastEpoch, state.epochs.at(-1)?.epoch ?? 0);
      const news = entries.filter((entry) => !wasPrinted(entry, warnings));
      const isLive = !FINAL_STATES.has(state.status?.state ?? 'running');
      const place = { dir, run: state.run, isLive, installDir: io.installDir };
      for (const text of news.flatMap((entry) => entryLines(entry, style, place))) progress.line(text);
      printRows(state, (epoch) => epochIsSettled(state, epoch));
      const { share, left, right } = barText(state);
      progress.update(share, left, right);
    },
    note: (text) => progress.line(text),
    leave: () => progress.stop(),
    finish: ({ state, presence }) => {
      printRows(state, () => true);
      progress.stop();
      const end = { name: presence.state, dir, note: presence.note, installDir: io.installDir };
      for (const line of summaryLines(state, end, style)) progress.line(line);
    },
  };
}

function wasPrinted({ source, value }: RunEntry, warnings: readonly string[]): boolean {
  if (source !== 'events' || value.type !== 'log') return false;
  return warnings.some((text) => text.endsWith(value.message));
}

/** One finished epoch: mean loss, LR at its end, seconds, and its validation as far as it is known. */
export function epochRow(state: RunState, index: number, style: Style): string {
  const { epoch, loss, seconds: took, step } = state.epochs[index];
  const head = row([
    `${epoch}/${plannedEpochs(state) ?? '?'}`,
    // A loss that diverged is NaN; one that was not logged is none.
    'total' in loss ? formatValue(loss.total, 4) : '-',
    rateText(rateAt(state, step)),
    seconds(took),
  ]);
  return `${head} ${validationCells(state, epoch, style)}`.trimEnd();
}

/** A rate that was not logged is NaN in its column. */
const rateText = (rate: number): string => (Number.isNaN(rate) ? '-' : formatRate(rate));

function validationCells(state: RunState, epoch: number, style: Style): string {
  const validated = state.validations.get(epoch);
  if (!validated) return style.dim(ownCells(state, epoch) || missingNote(state, epoch));
  const { map, map50, precision, recall } = validated;
  const cells = [map, map50, precision, recall].map((v) => pad(score(v), 8, 'right')).join(' ');
  return isBestSoFar(state, epoch) ? `${style.bold(cells)} ${style.good('*')}` : cells;
}

/** What another program found itself, if it validates. */
function ownCells(state: RunState, epoch: number): string {
  const own = ownMetricsOf(state).find((one) => one.epoch === epoch);
  if (own === undefined) return '';
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
  const all = [...state.validations.values()];
  return Number.isFinite(map) && all.every((v) => v.epoch >= epoch || !(v.map >= map));
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

/** The lines of a run folder that are printed on a terminal; rows and bar show most of them instead. */
export function entryLines(entry: RunEntry, style: Style, place?: AlarmPlace): string[] {
  if (entry.source === 'events') return eventLines(entry.value, style);
  return entry.source === 'keeper' ? keeperLines(entry.value, style, place) : [];
}

/** Effective settings that differ on most machines and do not change the result; `--json` has them. */
const USUAL: ReadonlySet<string> = new Set(['nbs', 'workers']);

function eventLines(event: TrainerEvent, style: Style): string[] {
  if (event.type === 'log') return [marked(event.level, event.message, style)];
  if (event.type === 'control') return [event.message];
  if (event.type !== 'plan') return [];
  const changed = event.settings.filter(({ key }) => !USUAL.has(key));
  return changed.map(
    ({ key, requested, effective, reason }) =>
      `${key}: ${String(requested ?? 'none')} -> ${String(effective ?? 'none')}${reason ? ` (${reason})` : ''}`,
  );
}

function keeperLines(entry: KeeperEntry, style: Style, place: AlarmPlace | undefined): string[] {
  if (entry.type === 'alert')
    return [
      marked(entry.severity, entry.message, style),
      ...(place ? belowAlarm(entry, place).map(style.dim) : []),
    ];
  if (entry.type === 'early_stop') return [entry.message];
  return entry.type === 'answer' && !entry.ok ? [marked('warning', entry.message, style)] : [];
}

function belowAlarm(alert: Extract<KeeperEntry, { type: 'alert' }>, place: AlarmPlace): string[] {
  const explained = alarmTopics([alert]).map((topic) => `  ${explainedLine(place.installDir, topic)}`);
  return [...alarmCommand(alert.action, place), ...explained];
}

function marked(severity: Severity, message: string, style: Style): string {
  if (severity === 'info') return message;
  return severity === 'error' ? style.bad(`error: ${message}`) : style.warn(`warning: ${message}`);
}
