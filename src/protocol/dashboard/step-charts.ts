import { say } from '../../base/words';
import { formatValue } from '../../domain/display/format';
import { seriesEntries } from '../../domain/run/step-series';
import type { RunState } from '../../run/state';
import { alarmMarks } from './alarm-marks';
import { type ChartContext, type SeriesDraft, visibleRange } from './chart-context';
import { lastOf } from './input';
import { bothSteps } from './other-run';
import { SPEED, type StepCache } from './step-cache';
import type { ChartView, Colour } from './types';

const COMPONENT_COLOURS: readonly Colour[] = ['grey', 'purple', 'blue', 'green', 'red'];

/** Loss of every step, raw faint behind its debiased average; the average is taken before thinning. */
export function lossChart(context: ChartContext): ChartView<SeriesDraft> {
  const { state, t } = context;
  const names = [...state.steps.loss.keys()];
  return {
    id: 'loss',
    title: t('Loss'),
    summary: lossSummary(context, names),
    ...visibleRange(context),
    series: context.other
      ? bothSteps(context, averageTotal, visibleRange(context))
      : names.flatMap((name, index) => lossSeries(context, name, index)),
    marks: alarmMarks(context, 'loss'),
    empty: state.steps.step.length === 0 ? t('The first loss comes with the first step.') : undefined,
    unit: 'number',
  };
}

/** For two runs only the average of the total is drawn. */
function averageTotal({ steps: { loss } }: RunState, cache: StepCache): Float64Array | undefined {
  const name = loss.has('total') ? 'total' : [...loss.keys()][0];
  return name === undefined ? undefined : cache.smoothed(name);
}

function lossSeries(context: ChartContext, name: string, index: number): SeriesDraft[] {
  const column = context.state.steps.loss.get(name);
  if (!column) return [];
  const colour = name === 'total' ? 'yellow' : COMPONENT_COLOURS[index % COMPONENT_COLOURS.length];
  const line = { label: name, colour, kind: 'steps' as const };
  const raw: SeriesDraft = { ...line, key: `raw:${name}`, role: 'raw', y: column.view() };
  const smooth: SeriesDraft = {
    ...line,
    key: `smooth:${name}`,
    role: 'smooth',
    y: context.cache.smoothed(name),
  };
  // Raw lines of all components would hide each other: only the total shows its own.
  return name === 'total' || context.state.steps.loss.size === 1 ? [raw, smooth] : [smooth];
}

function lossSummary(context: ChartContext, names: readonly string[]): string {
  const parts = names
    .map((name) => `${name} ${formatValue(lastOf(context.cache.smoothed(name)))}`)
    .filter((part) => !part.endsWith('NaN'));
  return parts.length === 0 ? '' : context.t('Smoothed loss now: {0}.', parts.join(', '));
}

function seriesLines({ state: { steps }, t }: ChartContext): SeriesDraft[] {
  return seriesEntries().flatMap(({ key, line }) => {
    const y = steps[key].view();
    if (!line || !Number.isFinite(y.at(-1))) return [];
    const head = {
      key,
      label: say(line.label, t),
      role: 'line',
      colour: line.colour,
      optional: true,
    } as const;
    return [{ ...head, kind: 'steps', y }];
  });
}

/** Images a second of the training loop, and the other series of a step, hidden at first. */
export function speedChart(context: ChartContext): ChartView<SeriesDraft> {
  const { state, t } = context;
  const { ips } = state.steps;
  const now = lastOf(context.cache.smoothed(SPEED));
  const line = { label: t('images/s'), colour: 'blue', kind: 'steps' } as const;
  const raw: SeriesDraft = { ...line, key: 'raw:ips', role: 'raw', y: ips.view() };
  const speed: SeriesDraft = { ...line, key: 'ips', role: 'smooth', y: context.cache.smoothed(SPEED) };
  const averageSpeed = (_: RunState, cache: StepCache): Float64Array => cache.smoothed(SPEED);
  const compared = bothSteps(context, averageSpeed, visibleRange(context));
  return {
    id: 'speed',
    title: t('Training speed'),
    summary: Number.isFinite(now) ? t('{0} images/s now.', formatValue(now)) : '',
    ...visibleRange(context),
    series: context.other ? compared : [raw, speed, ...seriesLines(context)],
    marks: alarmMarks(context, 'speed'),
    empty: ips.length === 0 ? t('The trainer has not said how fast it goes.') : undefined,
    unit: 'number',
  };
}
