import type { Advice } from '../../domain/advice/types';
import type { Schedule } from '../../domain/schedule/types';
import { formatCount, formatPercent, formatRate } from '../../domain/view/format';
import { type OutputStream, textWidth } from '../io';
import { plotCurve } from '../output/plot';
import type { Style } from '../output/style';
import { sampleLr } from './report';

const PLOT_HEIGHT = 8;

/** The schedule for people: its counts, the curve of the first group, where it peaks and ends, the advice. */
export function scheduleLines(
  schedule: Schedule,
  advice: readonly Advice[],
  { stream, style }: { readonly stream: OutputStream; readonly style: Style },
): string[] {
  const { steps, stepsPerEpoch, groups } = schedule;
  const width = textWidth(stream) - 12;
  const curve = sampleLr(schedule, 0, width * 8);
  return [
    `${formatCount(stepsPerEpoch)} steps per epoch, ${formatCount(steps)} steps${warmupText(schedule)}`,
    '',
    `lr of ${groups[0]}`,
    ...plotCurve(curve, { width, height: PLOT_HEIGHT, range: [0, Math.max(...curve)] }),
    '',
    ...groups.map((name, group) => groupLine(schedule, name, group)),
    ...(advice.length > 0 ? [''] : []),
    ...advice.map((item) => adviceLine(item, style)),
  ];
}

function warmupText({ warmupSteps, steps }: Schedule): string {
  if (warmupSteps === 0) return ', no warm-up';
  return `, warm-up ${formatCount(warmupSteps)} steps (${formatPercent(warmupSteps / steps, 1)})`;
}

function groupLine(schedule: Schedule, name: string, group: number): string {
  const last = schedule.steps - 1;
  const peak = peakStep(schedule, group);
  const at = (step: number): string => formatRate(schedule.lrAt(step, group));
  return `${name.padEnd(8)} starts at ${at(0)}, highest ${at(peak)} at step ${formatCount(peak)}, ends at ${at(last)}`;
}

/** Warm-up and decay are monotone, so the peak is at an end of one of them: the samples and the seam hold it. */
function peakStep(schedule: Schedule, group: number): number {
  const { steps, warmupSteps, stepsPerEpoch } = schedule;
  const seams = [0, 1, warmupSteps - 1, warmupSteps, warmupSteps + 1, steps - 1];
  for (let step = 0; step < steps; step += stepsPerEpoch) seams.push(step);
  const known = seams.filter((step) => step >= 0 && step < steps);
  return known.reduce(
    (best, step) => (schedule.lrAt(step, group) > schedule.lrAt(best, group) ? step : best),
    0,
  );
}

function adviceLine({ severity, message }: Advice, style: Style): string {
  if (severity === 'error') return style.bad(`error: ${message}`);
  return severity === 'warning' ? style.warn(`warning: ${message}`) : message;
}
