import { inEnglish } from '../../base/words';
import type { Advice } from '../../domain/advice/types';
import { headlinesOf, headlineTexts } from '../../domain/schedule/headlines';
import { mainGroup } from '../../domain/schedule/summary';
import type { Schedule } from '../../domain/schedule/types';
import { type OutputStream, textWidth } from '../io';
import { plotCurve } from '../output/plot';
import type { Style } from '../output/style';

const PLOT_HEIGHT = 8;

/** The schedule for people: its counts, the curve of the first group, its peak and end, the advice. */
export function scheduleLines(
  schedule: Schedule,
  advice: readonly Advice[],
  { stream, style }: { readonly stream: OutputStream; readonly style: Style },
): string[] {
  const { groups } = schedule;
  const { steps, stepsPerEpoch } = headlineTexts(schedule);
  const width = textWidth(stream) - 12;
  const main = mainGroup(schedule);
  const curve = sampleLr(schedule, main, width * 8);
  return [
    `${stepsPerEpoch} steps per epoch, ${steps} steps${warmupText(schedule)}`,
    ...(schedule.assumed ?? []).map((assumed) => `~ ${inEnglish(assumed)}`),
    '',
    `lr of ${groups[main]}`,
    ...plotCurve(curve, { width, height: PLOT_HEIGHT, range: [0, Math.max(...curve)] }),
    '',
    ...groups.map((name, group) => groupLine(schedule, name, group)),
    ...(advice.length > 0 ? [''] : []),
    ...advice.map((item) => adviceLine(item, style)),
  ];
}

function warmupText(schedule: Schedule): string {
  if (schedule.warmupSteps === 0) return ', no warm-up';
  const { warmupSteps, warmupShare } = headlineTexts(schedule);
  return `, warm-up ${warmupSteps} steps${warmupShare === undefined ? '' : ` (${warmupShare})`}`;
}

function groupLine(schedule: Schedule, name: string, group: number): string {
  const { firstLr, highestLr, highestLrStep, lastLr } = headlineTexts(schedule, group);
  return `${name.padEnd(8)} starts at ${firstLr}, highest ${highestLr} at step ${highestLrStep}, ends at ${lastLr}`;
}

function adviceLine({ severity, message }: Advice, style: Style): string {
  if (severity === 'error') return style.bad(`error: ${message}`);
  return severity === 'warning' ? style.warn(`warning: ${message}`) : message;
}

/** What other programs read, every step of every group: fields may be added, these stay. */
export function scheduleReport(schedule: Schedule, advice: readonly Advice[]) {
  const { steps, assumed = [] } = schedule;
  const perStep = (at: (step: number) => number): number[] =>
    Array.from({ length: steps }, (_, step) => at(step));
  return {
    ...headlinesOf(schedule),
    ...(assumed.length > 0 && { assumed: assumed.map(inEnglish) }),
    groups: schedule.groups.map((name, group) => ({
      name,
      lr: perStep((step) => schedule.lrAt(step, group)),
    })),
    momentum: perStep((step) => schedule.momentumAt(step)),
    advice: advice.map(({ rule, severity, message, reason, source, key, fix }) => ({
      ...{ rule, severity, message, key },
      reason: inEnglish(reason),
      source: inEnglish(source),
      ...(fix && { fix }),
    })),
  };
}

/** The LR of one group at no more than `points` steps, the last one included: enough for a picture. */
function sampleLr(schedule: Schedule, group: number, points: number): Float64Array {
  const count = Math.max(1, Math.min(points, schedule.steps));
  const at = (i: number): number => (count === 1 ? 0 : Math.round((i * (schedule.steps - 1)) / (count - 1)));
  return Float64Array.from({ length: count }, (_, i) => schedule.lrAt(at(i), group));
}
