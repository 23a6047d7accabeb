import { formatValue } from '../../domain/display/format';
import type { RunState } from '../../run/state';
import { type ChartContext, type ChartDraft, type SeriesDraft, visibleRange } from './chart-context';
import { lastOf } from './input';
import { bothSteps } from './other-run';
import { SPEED, type StepCache } from './step-cache';

/** Images a second of the training loop, and the gradient norm on demand. */
export function speedChart(context: ChartContext): ChartDraft {
  const { state, t } = context;
  const { ips, grad } = state.steps;
  const hasGradients = grad.length > 0 && Number.isFinite(grad.at(grad.length - 1));
  const now = lastOf(context.cache.smoothed(SPEED));
  const line = { label: t('images/s'), colour: 'blue', kind: 'steps' } as const;
  const raw: SeriesDraft = { ...line, key: 'raw:ips', role: 'raw', y: ips.view() };
  const speed: SeriesDraft = { ...line, key: 'ips', role: 'smooth', y: context.cache.smoothed(SPEED) };
  const gradient: SeriesDraft = {
    key: 'grad',
    label: t('gradient norm'),
    role: 'line',
    colour: 'purple',
    optional: true,
    kind: 'steps',
    y: grad.view(),
  };
  const averageSpeed = (_: RunState, cache: StepCache): Float64Array => cache.smoothed(SPEED);
  const compared = bothSteps(context, averageSpeed, visibleRange(context));
  return {
    id: 'speed',
    title: t('Training speed'),
    summary: Number.isFinite(now) ? t('{0} images/s now.', formatValue(now)) : '',
    ...visibleRange(context),
    series: context.other ? compared : hasGradients ? [raw, speed, gradient] : [raw, speed],
    marks: [],
    empty: ips.length === 0 ? t('The trainer has not said how fast it goes.') : undefined,
    unit: 'number',
  };
}
