import { formatMetric, formatSeconds } from '../../domain/display/format';
import { exponentialAverage } from '../../domain/display/smooth';
import type { Points } from '../../domain/display/thin';
import { metricNames, shortMetric } from '../../domain/run/task';
import type { Validation } from '../../run/validation';
import { alarmMarks } from './alarm-marks';
import { type ChartContext, type SeriesDraft, type SeriesHead, visibleRange } from './chart-context';
import { bothCheckpoints } from './other-run';
import type { ChartView } from './types';

type Read = (validated: Validation) => number;

function pointsOf(context: ChartContext, read: Read): [number, number][] {
  return [...context.state.validations.values()].map((v) => [context.axis.ofStep(v.step), read(v)]);
}

function pointSeries(
  context: ChartContext,
  head: SeriesHead,
  points: readonly (readonly [number, number])[],
): SeriesDraft {
  const values = [...context.state.validations.values()];
  const stamp = `${values.map((v) => v.t).join()} ${context.state.best?.epoch} ${context.axis.end}`;
  return {
    ...head,
    kind: 'points',
    stamp,
    points: () => ({
      x: Float64Array.from(points, ([x]) => x),
      y: Float64Array.from(points, ([, y]) => (Number.isFinite(y) ? y : Number.NaN)),
    }),
  };
}

/** The trainer's own validation, if another program has one: it may follow another rule than ours. */
function ownSeries(context: ChartContext): SeriesDraft[] {
  const own = context.state.epochs.flatMap(({ step, metrics }) =>
    metrics?.map === undefined ? [] : [[context.axis.ofStep(step), metrics.map] as const],
  );
  if (own.length === 0) return [];
  const points = (): Points => ({
    x: Float64Array.from(own, ([x]) => x),
    y: Float64Array.from(own, ([, y]) => y),
  });
  const stamp = `${own.length} ${own.at(-1)} ${context.axis.end}`;
  const label = context.t("{0}, the trainer's own", metricNames(context.state.plan?.task)[0]);
  return [{ key: 'own', label, role: 'line', colour: 'blue', kind: 'points', stamp, points }];
}

const none = (context: ChartContext): string | undefined =>
  context.state.validations.size === 0
    ? context.t('Each checkpoint gets its point here once it is validated.')
    : undefined;

/** mAP50-95 of each checkpoint, its average over the window that early stopping judges by, mAP50, the best as a star. */
export function mapChart(context: ChartContext): ChartView<SeriesDraft> {
  const { state, t } = context;
  const window = state.run?.experiment.resolved.early_stop?.ema ?? 5;
  const maps = pointsOf(context, (v) => v.map);
  const average = exponentialAverage(
    maps.map(([, y]) => y),
    window,
  );
  const best = state.best && state.validations.get(state.best.epoch);
  const names = metricNames(state.plan?.task);
  const own = ownSeries(context);
  return {
    id: 'map',
    title: t('{0} per checkpoint', shortMetric(state.plan?.task)),
    summary: mapSummary(context),
    ...visibleRange(context),
    series: context.other
      ? bothCheckpoints(context, (v) => v.map)
      : [
          ...own,
          pointSeries(
            context,
            { key: 'map50', label: names[1], role: 'dotted', colour: 'green' },
            pointsOf(context, (v) => v.map50),
          ),
          pointSeries(
            context,
            { key: 'ema', label: t('EMA {0}', window), role: 'line', colour: 'green' },
            maps.map(([x], i) => [x, average[i]]),
          ),
          pointSeries(context, { key: 'map', label: names[0], role: 'points', colour: 'green' }, maps),
          pointSeries(
            context,
            { key: 'best', label: t('best'), role: 'best', colour: 'yellow' },
            best ? [[context.axis.ofStep(best.step), best.map]] : [],
          ),
        ],
    marks: alarmMarks(context, 'map'),
    empty: own.length > 0 ? undefined : none(context),
    unit: 'share',
  };
}

function mapSummary({ state, t }: ChartContext): string {
  const last = [...state.validations.values()].at(-1);
  if (!last) return '';
  const text = t('{0} {1} at epoch {2}.', metricNames(last.task)[0], formatMetric(last.map), last.epoch);
  return state.best
    ? `${text} ${t('Best {0} at epoch {1}.', formatMetric(state.best.map), state.best.epoch)}`
    : text;
}

export function precisionRecallChart(context: ChartContext): ChartView<SeriesDraft> {
  const { state, t } = context;
  const last = [...state.validations.values()].at(-1);
  return {
    id: 'pr',
    title: t('Precision and recall'),
    summary: last
      ? t('Precision {0}, recall {1}.', formatMetric(last.precision), formatMetric(last.recall))
      : '',
    ...visibleRange(context),
    series: [
      pointSeries(
        context,
        { key: 'precision', label: t('precision'), role: 'line', colour: 'blue' },
        pointsOf(context, (v) => v.precision),
      ),
      pointSeries(
        context,
        { key: 'recall', label: t('recall'), role: 'line', colour: 'purple' },
        pointsOf(context, (v) => v.recall),
      ),
    ],
    marks: [],
    empty: none(context),
    unit: 'share',
  };
}

export function timingChart(context: ChartContext): ChartView<SeriesDraft> {
  const { state, t } = context;
  const last = [...state.validations.values()].at(-1);
  return {
    id: 'timing',
    title: t('Validation time'),
    summary: last ? t('The last one took {0}.', formatSeconds(last.seconds.total, t)) : '',
    ...visibleRange(context),
    series: [
      pointSeries(
        context,
        { key: 'total', label: t('whole'), role: 'line', colour: 'blue' },
        pointsOf(context, (v) => v.seconds.total),
      ),
      pointSeries(
        context,
        { key: 'inference', label: t('inference'), role: 'dotted', colour: 'blue' },
        pointsOf(context, (v) => v.seconds.inference),
      ),
    ],
    marks: alarmMarks(context, 'timing'),
    empty: none(context),
    unit: 'seconds',
  };
}
