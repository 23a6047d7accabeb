import { samplePoints } from './sample';
import { describeSchedule, mainGroup, rate, whole } from './summary';
import { type Frame, frameOf, type SvgOptions, text, xOf, yOf } from './svg-frame';
import { highlightMarks } from './svg-highlight';
import type { Schedule } from './types';

const POINTS = 400;

/**
 * A picture of a schedule: the LR of the weights over the run, the biases behind it, warm-up shaded, one quantity marked.
 * Self-contained and small (about 10 kB), for an image in a hover or a file. Colours come from the theme.
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

function curve(schedule: Schedule, group: number, frame: Frame, style: string): string {
  const points = samplePoints(schedule, group, POINTS).map(
    ({ step, lr }) => `${xOf(frame, step)},${yOf(frame, lr)}`,
  );
  return `<polyline points="${points.join(' ')}" ${style}/>`;
}

function warmupShade(schedule: Schedule, frame: Frame): readonly string[] {
  if (schedule.warmupSteps === 0) return [];
  const end = xOf(frame, Math.min(schedule.warmupSteps, schedule.steps - 1));
  const size = `width="${(end - frame.left).toFixed(1)}" height="${frame.bottom - frame.top}"`;
  return [`<rect x="${frame.left}" y="${frame.top}" ${size} fill="${frame.colours.warmup}"/>`];
}

function axes(schedule: Schedule, frame: Frame): readonly string[] {
  const { left, right, top, bottom, colours } = frame;
  const unit = schedule.unit ?? 'step';
  const middle = yOf(frame, frame.maximum / 2);
  return [
    `<path d="M${left} ${middle}H${right}" stroke="${colours.grid}" stroke-dasharray="2 4"/>`,
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="${colours.grid}"/>`,
    text(frame, { x: left - 6, y: top + 4, anchor: 'end', content: rate(frame.maximum) }),
    text(frame, { x: left - 6, y: bottom + 4, anchor: 'end', content: '0' }),
    text(frame, { x: left, y: bottom + 16, anchor: 'start', content: `${unit} 0` }),
    text(frame, { x: right, y: bottom + 16, anchor: 'end', content: endLabel(schedule) }),
  ];
}

function endLabel(schedule: Schedule): string {
  const unit = schedule.unit ?? 'step';
  const epochs = schedule.stepsPerEpoch > 0 ? schedule.steps / schedule.stepsPerEpoch : 0;
  const inEpochs =
    unit === 'step' && Number.isInteger(epochs) && epochs > 1 ? ` (${whole(epochs)} epochs)` : '';
  return `${whole(schedule.steps)} ${unit}s${inEpochs}`;
}

function emptySvg({ width, height }: SvgOptions): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`;
}

function escapeXml(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
