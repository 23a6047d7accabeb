import type { Translate } from '../../base/translate';
import { formatCount, formatRate } from '../../domain/display/format';
import type { Points } from '../../domain/display/thin';
import { headlineTexts, isAssumed, markedCount } from '../../domain/schedule/headlines';
import type { AppliedLrChange } from '../../run/requests';
import type { RunState } from '../../run/state';
import { mainFirst, mainRates } from '../../run/state';
import { alarmMarks } from './alarm-marks';
import { type ChartContext, type SeriesDraft, type SeriesHead, wholeRange } from './chart-context';
import type { PlannedCurve } from './input';
import { bothSteps } from './other-run';
import type { ChartView, Colour } from './types';

const GROUP_COLOURS: readonly Colour[] = ['blue', 'purple', 'yellow', 'green', 'red', 'grey'];

/** Planned LR dashed, applied LR over it; parameter groups other than the weights are hidden at first. */
export function lrChart(context: ChartContext): ChartView<SeriesDraft> {
  const { state, t } = context;
  const groups = mainFirst(state.hello?.groups ?? context.planned?.groups ?? []);
  const series = context.other
    ? bothSteps(context, firstRate, wholeRange(context))
    : groups.flatMap((group, index) => groupSeries(context, group, index));
  return {
    id: 'lr',
    title: t('Learning rate'),
    summary: summary(context),
    ...wholeRange(context),
    series,
    band: warmupBand(context),
    marks: [
      ...(context.other ? [] : state.lrChanges).map((change) => ({
        x: context.axis.ofStep(change.step),
        label: changeLabel(change, t),
      })),
      ...alarmMarks(context, 'lr'),
    ],
    empty: series.length > 0 ? undefined : t('The schedule is not known yet.'),
    unit: 'rate',
    ...(context.planned && isAssumed(context.planned) && { assumed: true as const }),
  };
}

/** For two runs only the LR applied to the weights is drawn. */
const firstRate = (state: RunState): Float64Array | undefined => mainRates(state)?.view();

function groupSeries(context: ChartContext, group: string, index: number): SeriesDraft[] {
  const { planned, state, t } = context;
  const colour = GROUP_COLOURS[index % GROUP_COLOURS.length];
  const optional = index > 0;
  // The first group's two lines have their own names; each other group has one legend entry that shows and hides both.
  const head = (role: 'planned' | 'line', label: string): SeriesHead => ({
    key: `${role}:${group}`,
    label: index === 0 ? label : group,
    role,
    colour: role === 'planned' && index === 0 && state.run && !planned?.original ? 'grey' : colour,
    optional,
  });
  const column = state.steps.lr.get(group);
  const plannedGroup = planned?.groups.indexOf(group) ?? -1;
  const before = planned?.original;
  return [
    // The first plan stays visible behind the present one.
    ...(before && plannedGroup >= 0
      ? [
          plannedSeries(context, before, {
            ...head('planned', t('planned at first')),
            ...{ key: `original:${group}`, colour: 'grey', role: 'planned', group: plannedGroup },
          }),
        ]
      : []),
    ...(planned && plannedGroup >= 0
      ? [plannedSeries(context, planned, { ...head('planned', t('planned')), group: plannedGroup })]
      : []),
    ...(column ? [{ ...head('line', t('applied')), kind: 'steps' as const, y: column.view() }] : []),
  ];
}

/** A change that stays on the chart: what it means and who requested it. */
function changeLabel({ mode, value, step, by, warmup }: AppliedLrChange, t: Translate): string {
  const at = formatCount(step);
  const lr = formatRate(value);
  const meanings = {
    scale: t('curve through {0} at step {1}', lr, at),
    hold: t('{0} held from step {1}', lr, at),
    plan: t('back to the plan at step {0}', at),
  };
  const meaning =
    warmup === undefined ? meanings[mode] : t('rewound to step {0}, LR {1} after {2} steps', at, lr, warmup);
  return by === undefined || by === '' ? meaning : `${meaning} (${by})`;
}

function plannedSeries(
  context: ChartContext,
  planned: PlannedCurve,
  { group, ...head }: SeriesHead & { group: number },
): SeriesDraft {
  const stamp = `${context.plannedVersion} ${context.axis.end}`;
  return { ...head, kind: 'points', stamp, points: () => plannedPoints(context, planned, group) };
}

/** The planned curve of the visible part, a point a pixel. */
function plannedPoints(context: ChartContext, planned: PlannedCurve, group: number): Points {
  const { from, to } = wholeRange(context);
  const first = firstStep(context, planned, from);
  const last = Math.min(planned.steps - 1, firstStep(context, planned, to));
  const count = Math.max(0, Math.min(last - first + 1, context.lens.width));
  const stepAt = (i: number): number => Math.round(first + ((last - first) * i) / Math.max(1, count - 1));
  const steps = Array.from({ length: count }, (_, i) => stepAt(i));
  return {
    x: Float64Array.from(steps, context.axis.ofStep),
    y: Float64Array.from(steps, (step) => planned.lrAt(step, group)),
  };
}

function firstStep({ axis }: ChartContext, planned: PlannedCurve, x: number): number {
  let low = 0;
  let high = Math.max(0, planned.steps - 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (axis.ofStep(middle) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function warmupBand({ planned, axis, other, t }: ChartContext): ChartView['band'] {
  // With two runs it would not be clear whose warm-up it is.
  if (!planned || planned.warmupSteps <= 0 || other) return undefined;
  return {
    from: 0,
    to: axis.ofStep(planned.warmupSteps),
    label: t('warm-up {0} steps', markedCount(planned, planned.warmupSteps)),
  };
}

function summary({ planned, state, t }: ChartContext): string {
  if (!planned || planned.steps === 0) return '';
  const { warmupSteps, steps, highestLr, highestLrStep, lastLr } = headlineTexts(planned);
  const sentence = t(
    'Planned: {0} warm-up steps of {1}, LR {2} at its highest (step {3}), {4} at the end.',
    ...[warmupSteps, steps, highestLr, highestLrStep, lastLr],
  );
  const changes = state.lrChanges.length;
  return changes === 0 ? sentence : `${sentence} ${t('Changed {0} times during the run.', changes)}`;
}
