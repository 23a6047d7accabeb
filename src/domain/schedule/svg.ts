import { describeSchedule, isAssumed } from './headlines';
import { mainGroup, percent, rate, samplePoints, summarize } from './summary';
import {
  axes,
  countOf,
  frameOf,
  type Highlight,
  type PlotFrame,
  type SvgOptions,
  text,
  xOf,
  yOf,
} from './svg-frame';
import type { Schedule } from './types';

const POINTS = 400;

/**
 * A picture of a schedule: the LR of the weights over the run, the biases behind it, warm-up shaded, one quantity
 * marked. Self-contained and small (about 10 kB), for an image in a hover or a file. Colours come from the theme.
 */
export function scheduleSvg(schedule: Schedule, options: SvgOptions): string {
  if (schedule.steps === 0) return emptySvg(options);
  const frame = frameOf(schedule, options);
  const bias = schedule.groups.indexOf('bias');
  const main = mainGroup(schedule);
  const showsBias = bias >= 0 && bias !== main;
  const { colours, width, height } = options;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(describeSchedule(schedule))}</title>`,
    `<defs><clipPath id="p"><rect x="${frame.left}" y="${frame.top - 2}" width="${frame.right - frame.left + 2}" height="${frame.bottom - frame.top + 3}"/></clipPath></defs>`,
    ...(colours.background
      ? [`<rect width="${width}" height="${height}" fill="${colours.background}"/>`]
      : []),
    ...warmupShade(schedule, frame),
    ...axes(schedule, frame),
    '<g clip-path="url(#p)" fill="none" stroke-linejoin="round">',
    ...(showsBias ? [curve(schedule, bias, frame, `stroke="${colours.muted}" stroke-dasharray="3 3"`)] : []),
    curve(schedule, main, frame, `stroke="${colours.accent}" stroke-width="2"`),
    '</g>',
    ...highlightMarks(schedule, frame),
    '</svg>',
  ].join('\n');
}

function curve(schedule: Schedule, group: number, frame: PlotFrame, style: string): string {
  const points = samplePoints(schedule, group, POINTS)
    .filter(({ lr }) => Number.isFinite(lr))
    .map(({ step, lr }) => `${xOf(frame, step)},${yOf(frame, lr)}`);
  return `<polyline points="${points.join(' ')}" ${style}/>`;
}

function warmupShade(schedule: Schedule, frame: PlotFrame): readonly string[] {
  if (schedule.warmupSteps === 0) return [];
  const end = xOf(frame, Math.min(schedule.warmupSteps, schedule.steps - 1));
  const size = `width="${(end - frame.left).toFixed(1)}" height="${frame.bottom - frame.top}"`;
  return [`<rect x="${frame.left}" y="${frame.top}" ${size} fill="${frame.colours.warmup}"/>`];
}

function emptySvg({ width, height }: SvgOptions): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`;
}

function escapeXml(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** How a key of the experiment file is shown in the picture. */
export function highlightOf(key: string): Highlight {
  return KEY_HIGHLIGHTS.get(key);
}

const KEY_HIGHLIGHTS: ReadonlyMap<string, Highlight> = new Map([
  ['lr0', 'peak'],
  ['lrf', 'final'],
  ['cos_lr', 'final'],
  ['warmup_epochs', 'warmup'],
  ['warmup_shape', 'warmup'],
  ['warmup_bias_lr', 'bias'],
  ['momentum', 'momentum'],
  ['warmup_momentum', 'momentum'],
  ['epochs', 'end'],
  ['batch', 'end'],
]);

function highlightMarks(schedule: Schedule, frame: PlotFrame): readonly string[] {
  const draw = frame.highlight === undefined ? undefined : MARKS[frame.highlight];
  return draw === undefined ? [] : draw(schedule, frame);
}

const MARKS: Readonly<
  Record<Exclude<Highlight, undefined>, (schedule: Schedule, frame: PlotFrame) => readonly string[]>
> = {
  peak: (schedule, frame) => {
    const { peak } = summarize(schedule);
    return pointed(frame, { step: peak.step, lr: peak.lr, label: frame.t('peak {0}', rate(peak.lr)) });
  },
  final: (schedule, frame) => {
    const step = schedule.steps - 1;
    const lr = schedule.lrAt(step, mainGroup(schedule));
    return pointed(frame, { step, lr, label: frame.t('final {0}', rate(lr)) });
  },
  bias: (schedule, frame) => {
    const lr = schedule.lrAt(0, Math.max(0, schedule.groups.indexOf('bias')));
    return pointed(frame, { step: 0, lr, label: frame.t('biases start at {0}', rate(lr)) });
  },
  warmup: warmupMark,
  end: (schedule, frame) => {
    const x = xOf(frame, schedule.steps - 1);
    return [line(frame, `M${x} ${frame.top}V${frame.bottom}`)];
  },
  momentum: momentumCurve,
};

function warmupMark(schedule: Schedule, frame: PlotFrame): readonly string[] {
  const { warmupSteps, steps } = schedule;
  if (warmupSteps === 0) return [];
  const x = xOf(frame, Math.min(warmupSteps, steps - 1));
  const count = countOf(schedule, warmupSteps, frame.t);
  const label = isAssumed(schedule) ? count : frame.t('{0}, {1}', count, percent(warmupSteps / steps));
  return [line(frame, `M${x} ${frame.top}V${frame.bottom}`), labelBeside(frame, x, frame.bottom - 8, label)];
}

/** Momentum has its own scale: 0 to 1 over the height. */
function momentumCurve(schedule: Schedule, frame: PlotFrame): readonly string[] {
  const last = schedule.momentumAt(schedule.steps - 1);
  if (!Number.isFinite(last)) return [];
  const points = Array.from({ length: 100 }, (_, i) => {
    const step = Math.round((i * (schedule.steps - 1)) / 99);
    return `${xOf(frame, step)},${yOf(frame, schedule.momentumAt(step) * frame.maximum)}`;
  });
  const y = yOf(frame, last * frame.maximum);
  const label = frame.t('momentum {0} to {1}', rate(schedule.momentumAt(0)), rate(last));
  return [
    `<polyline points="${points.join(' ')}" fill="none" stroke="${frame.colours.mark}" stroke-width="1.5"/>`,
    text(frame, { x: frame.right, y: y + 14, anchor: 'end', content: label, colour: frame.colours.mark }),
  ];
}

type Pointed = { readonly step: number; readonly lr: number; readonly label: string };

function pointed(frame: PlotFrame, { step, lr, label }: Pointed): readonly string[] {
  if (!Number.isFinite(lr)) return [];
  const x = xOf(frame, step);
  const y = yOf(frame, Math.min(lr, frame.maximum));
  return [
    `<circle cx="${x}" cy="${y}" r="3.5" fill="${frame.colours.mark}"/>`,
    labelBeside(frame, x, labelHeight(frame, x, y), label),
  ];
}

/** Above the point; below it at the end of a decay, whose curve comes down from the left. */
function labelHeight({ left, right, bottom }: PlotFrame, x: number, y: number): number {
  const isAtTheEnd = x > (left + right) / 2;
  return isAtTheEnd && y + 18 < bottom ? y + 16 : y - 8;
}

function labelBeside(frame: PlotFrame, x: number, y: number, content: string): string {
  const right = x > (frame.left + frame.right) / 2;
  return text(frame, {
    x: right ? x - 7 : x + 7,
    y,
    anchor: right ? 'end' : 'start',
    content,
    colour: frame.colours.mark,
  });
}

function line(frame: PlotFrame, path: string): string {
  return `<path d="${path}" stroke="${frame.colours.mark}" stroke-width="1.5" fill="none"/>`;
}
