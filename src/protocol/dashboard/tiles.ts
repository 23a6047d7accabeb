import { say } from '../../base/words';
import {
  formatGpuBytes,
  formatMetric,
  formatPercent,
  formatRate,
  formatSeconds,
  formatValue,
} from '../../domain/display/format';
import { smooth } from '../../domain/display/smooth';
import { metricNames } from '../../domain/run/task';
import { headlineTexts } from '../../domain/schedule/headlines';
import { mainGroup } from '../../domain/schedule/summary';
import { mainRates } from '../../run/state';
import type { Validation } from '../../run/validation';
import { validatorText } from '../alert-text';
import { ruleNote } from '../rule-params';
import { compareTiles } from './compare-sections';
import { lastOf, type ViewInput } from './input';
import { lastValidated, stateOf } from './run-facts';
import type { Sentence, TileView } from './types';
import { bestText, verdictOf } from './verdict';

const DASH = '–';
const SPARK_POINTS = 60;
/** Rows that the loss tile averages over: enough to be steady, few enough to be current. */
const LOSS_ROWS = 2000;
const LOSS_WEIGHT = 0.95;

export function tilesOf(input: ViewInput): TileView[] {
  if (input.other) return compareTiles(input, input.other);
  if (stateOf(input) === 'preview') return previewTiles(input);
  return [mapTile(input), lossTile(input), lrTile(input), validationTile(input), ...memoryTile(input)];
}

function mapTile(input: ViewInput): TileView {
  const { state, t } = input;
  const last = lastValidated(input);
  const spark = [...state.validations.values()].map((v) => v.map);
  const own = state.epochs.at(-1);
  if (!last && own?.metrics?.map !== undefined)
    return {
      id: 'map',
      label: t('{0}, epoch {1}', metricNames(state.plan?.task)[0], own.epoch),
      value: formatMetric(own.metrics.map),
      notes: [{ text: t("the trainer's own validation"), tone: 'quiet' }],
      spark: state.epochs.map(({ metrics }) => metrics?.map ?? Number.NaN).slice(-SPARK_POINTS),
    };
  if (!last) {
    return {
      id: 'map',
      label: metricNames(state.plan?.task)[0],
      value: DASH,
      notes: [waitingForMap(input)],
      spark,
    };
  }
  const best = bestNotes(input);
  const verdict = verdictOf(state, last, t, best.length > 0 ? 'best-named' : 'alone');
  return {
    id: 'map',
    label: t('{0}, epoch {1}', metricNames(last.task)[0], last.epoch),
    value: formatMetric(last.map),
    notes: [verdict, ...best, ...ruleNotes(input)],
    spark: spark.slice(-SPARK_POINTS),
  };
}

/** What the best one is worth, once there are others to compare it with. */
function bestNotes({ state, t }: ViewInput): Sentence[] {
  const text = bestText(state, t);
  return text === undefined ? [] : [{ text, tone: 'quiet' }];
}

/** By which rule, if that is not the usual one: `validation.rule` decides it. */
function ruleNotes({ state, t }: ViewInput): Sentence[] {
  const counts = state.run?.experiment.resolved.validation?.rule ?? 'trainer';
  const said = state.plan?.validation && ruleNote(state.plan.validation, counts);
  return said ? [{ text: say(said, t), tone: 'quiet' }] : [];
}

function waitingForMap({ state, t }: ViewInput): Sentence {
  const isOff = state.run?.experiment.resolved.validation?.enabled === false;
  return { text: isOff ? t('validation is off') : t('after the first checkpoint'), tone: 'quiet' };
}

function lossTile({ state, t }: ViewInput): TileView {
  const { loss } = state.steps;
  const recent = (name: string): Float64Array =>
    smooth(loss.get(name)?.view().slice(-LOSS_ROWS) ?? [], LOSS_WEIGHT);
  const total = recent(loss.has('total') ? 'total' : ([...loss.keys()][0] ?? ''));
  const parts = [...loss.keys()]
    .filter((name) => name !== 'total')
    .map((name) => `${name} ${formatValue(lastOf(recent(name)))}`);
  return {
    id: 'loss',
    label: t('Loss, smoothed'),
    value: total.length === 0 ? DASH : formatValue(lastOf(total)),
    notes: parts.length === 0 ? [] : [{ text: parts.join(' · '), tone: 'quiet' }],
    spark: thinned(total),
  };
}

function lrTile(input: ViewInput): TileView {
  const { state, t } = input;
  const main = mainRates(state);
  const { planned } = input;
  const now = main ? lastOf(main.view()) : planned?.lrAt(0, mainGroup(planned));
  const different = [...state.steps.lr]
    .map(([name, column]) => ({ name, value: lastOf(column.view()) }))
    .filter(({ value }) => value !== now);
  const notes: Sentence[] = [
    planVerdict(input, now),
    ...different.slice(0, 2).map(({ name, value }) => ({
      text: `${name} ${formatRate(value)}`,
      tone: 'quiet' as const,
    })),
  ].filter((note) => note.text !== '');
  return {
    id: 'lr',
    label: t('Learning rate'),
    value: now === undefined || Number.isNaN(now) ? DASH : formatRate(now),
    notes,
    spark: thinned(main?.view() ?? new Float64Array(0)),
  };
}

/** Says whether the LR that is applied is the one that was planned. */
function planVerdict({ state, planned, t }: ViewInput, now: number | undefined): Sentence {
  const { step } = state.steps;
  if (!planned || now === undefined || step.length === 0) return { text: '', tone: 'quiet' };
  const row = lastOf(step.view());
  const expected = planned.lrAt(row, mainGroup(planned));
  const isAsPlanned = Math.abs(now - expected) <= 1e-9 + 1e-6 * Math.abs(expected);
  if (!isAsPlanned) return { text: t('planned {0}', formatRate(expected)), tone: 'warning' };
  if (state.lrChanges.length > 0) return { text: t('as changed during the run'), tone: 'quiet' };
  if (row < planned.warmupSteps) return { text: t('warming up, as planned'), tone: 'quiet' };
  return { text: t('as planned'), tone: 'quiet' };
}

function validationTile(input: ViewInput): TileView {
  const { t } = input;
  const last = lastValidated(input);
  const notes: Sentence[] = last ? [{ text: howValidated(last, input), tone: 'quiet' }] : [];
  return {
    id: 'validation',
    label: t('Validation'),
    value: last ? formatSeconds(last.seconds.total, t) : DASH,
    notes: [...notes, queueNote(input)].filter((note) => note.text !== ''),
    spark: [],
  };
}

function howValidated(last: Validation, { t }: ViewInput): string {
  const speed = last.images / last.seconds.total;
  const device = `${deviceName(last.device)}${last.half ? ' FP16' : ''}`;
  return `${t('{0} images/s', formatValue(speed))} · ${device}`;
}

/** How full the GPU is, if the trainer reports it: whether a larger batch would fit, or something leaks. */
function memoryTile({ state: { steps, hello }, t }: ViewInput): TileView[] {
  const used = lastOf(steps.gpuBytes.view());
  if (!(used > 0)) return [];
  const all = hello?.deviceBytes ?? 0;
  const text = all > 0 ? t('{0} of {1}', formatPercent(used / all), formatGpuBytes(all)) : '';
  return [
    {
      id: 'memory',
      label: t('GPU memory'),
      value: formatGpuBytes(used),
      notes: text === '' ? [] : [{ text, tone: 'quiet' }],
      spark: thinned(steps.gpuBytes.view()),
    },
  ];
}

const DEVICE_NAMES: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
};

export function deviceName(device: string): string {
  const [kind, index] = device.split(':');
  const name = DEVICE_NAMES[kind] ?? kind;
  return index === undefined ? name : `${name} ${index}`;
}

function queueNote({ state: { status, checkpoints }, t }: ViewInput): Sentence {
  const trouble = status && validatorText(status, t);
  if (trouble !== undefined) return { text: trouble, tone: 'bad' };
  const busy = status?.queue.validating;
  const waiting = status?.queue.waiting.length ?? 0;
  if (busy !== undefined && waiting > 0) {
    return { text: t('validating epoch {0}, {1} waiting', busy, waiting), tone: 'quiet' };
  }
  if (busy !== undefined) return { text: t('validating epoch {0}', busy), tone: 'live' };
  return { text: checkpoints.size === 0 ? '' : t('up to date'), tone: 'quiet' };
}

/** At most SPARK_POINTS values for a sparkline, evenly chosen, gaps left out. */
function thinned(values: Float64Array): number[] {
  const count = Math.min(SPARK_POINTS, values.length);
  const stride = (values.length - 1) / Math.max(1, count - 1);
  const picked = Array.from({ length: count }, (_, i) => values[Math.round(i * stride)]);
  return picked.filter(Number.isFinite);
}

/** The numbers of a schedule before the run is started. */
export function previewTiles({ planned, t }: ViewInput): TileView[] {
  if (!planned || planned.steps === 0) return [];
  const texts = headlineTexts(planned);
  const tile = (id: TileView['id'], label: string, value: string, note: string): TileView => ({
    id,
    label,
    value,
    notes: note === '' ? [] : [{ text: note, tone: 'quiet' }],
    spark: [],
  });
  const share = texts.warmupShare === undefined ? '' : t('{0} of the run', texts.warmupShare);
  const warmup = planned.warmupSteps === 0 ? t('no warm-up') : share;
  return [
    tile('steps', t('Steps'), texts.steps, t('{0} per epoch', texts.stepsPerEpoch)),
    tile('warmup', t('Warm-up steps'), texts.warmupSteps, warmup),
    tile('peak', t('Highest LR'), texts.highestLr, t('at step {0}', texts.highestLrStep)),
    tile('final', t('LR of the last step'), texts.lastLr, ''),
  ];
}
