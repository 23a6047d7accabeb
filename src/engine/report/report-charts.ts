import type { Translate } from '../../base/translate';
import { smooth } from '../../domain/display/smooth';
import { thin } from '../../domain/display/thin';
import { mainRates } from '../../run/main-group';
import { ownMetricsOf } from '../../run/own-metrics';
import type { RunState } from '../../run/state';
import type { OverlayChart, OverlayLine } from './overlay-chart';

/** Points a line: a picture of 560 pixels shows no more, and five runs stay far below two megabytes. */
const BUCKETS = 280;
const SMOOTHING = 0.97;

/** The three charts of a training, each with a line a run. */
export function reportCharts(states: readonly RunState[], metric: string, t: Translate): OverlayChart[] {
  const lines = (lineOf: (state: RunState) => Omit<OverlayLine, 'series'> | undefined): OverlayLine[] =>
    states.flatMap((state, series) => {
      const line = lineOf(state);
      return line && line.x.length > 0 ? [{ series, ...line }] : [];
    });
  const charts: OverlayChart[] = [
    { title: metric, xLabel: t('epoch'), lines: lines(mapLine), scale: 'linear' },
    { title: t('loss'), xLabel: t('epoch'), lines: lines(lossLine), scale: 'log' },
    { title: t('learning rate'), xLabel: t('epoch'), lines: lines(rateLine), scale: 'linear' },
  ];
  return charts.filter((chart) => chart.lines.length > 0);
}

function mapLine(state: RunState): Omit<OverlayLine, 'series'> {
  const judged = [...state.validations.values()].sort((a, b) => a.epoch - b.epoch);
  const found = judged.length > 0 ? judged : ownMetricsOf(state);
  return { x: found.map(({ epoch }) => epoch), y: found.map(({ map }) => map) };
}

/** Smoothed before it is thinned; a program that reports no steps has the means of its epochs. */
function lossLine(state: RunState): Omit<OverlayLine, 'series'> {
  const total = state.steps.loss.get('total');
  if (total && total.length > 0) return stepLine(state, smooth(total.view(), SMOOTHING));
  const epochs = state.epochs.filter(({ loss }) => Number.isFinite(loss.total));
  return { x: epochs.map(({ epoch }) => epoch), y: epochs.map(({ loss }) => loss.total) };
}

function rateLine(state: RunState): Omit<OverlayLine, 'series'> | undefined {
  const rates = mainRates(state);
  return rates && rates.length > 0 ? stepLine(state, Float64Array.from(rates.view())) : undefined;
}

/** Over epochs, so that runs of other batch sizes lie over each other. */
function stepLine({ steps, plan }: RunState, y: Float64Array): Omit<OverlayLine, 'series'> {
  const perEpoch = plan?.stepsPerEpoch ?? 1;
  const x = Float64Array.from(steps.step.view(), (step) => step / perEpoch);
  return thin({ x, y }, { from: x[0], to: x[x.length - 1], buckets: BUCKETS });
}
