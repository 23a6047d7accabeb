import type { Advice } from '../../domain/advice/types';
import { mainGroup, percent, rate, summarize, whole } from '../../domain/schedule/summary';
import type { Schedule } from '../../domain/schedule/types';
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
  const main = mainGroup(schedule);
  const curve = sampleLr(schedule, main, width * 8);
  return [
    `${whole(stepsPerEpoch)} steps per epoch, ${whole(steps)} steps${warmupText(schedule)}`,
    '',
    `lr of ${groups[main]}`,
    ...plotCurve(curve, { width, height: PLOT_HEIGHT, range: [0, Math.max(...curve)] }),
    '',
    ...groups.map((name, group) => groupLine(schedule, name, group)),
    ...(advice.length > 0 ? [''] : []),
    ...advice.map((item) => adviceLine(item, style)),
  ];
}

function warmupText({ warmupSteps, steps }: Schedule): string {
  if (warmupSteps === 0) return ', no warm-up';
  return `, warm-up ${whole(warmupSteps)} steps (${percent(warmupSteps / steps)})`;
}

function groupLine(schedule: Schedule, name: string, group: number): string {
  const { start, peak, final } = summarize(schedule, group);
  return `${name.padEnd(8)} starts at ${rate(start)}, highest ${rate(peak.lr)} at step ${whole(peak.step)}, ends at ${rate(final)}`;
}

function adviceLine({ severity, message }: Advice, style: Style): string {
  if (severity === 'error') return style.bad(`error: ${message}`);
  return severity === 'warning' ? style.warn(`warning: ${message}`) : message;
}
