import { describeSchedule } from './headlines';
import { samplePoints } from './sample';
import { mainGroup } from './summary';
import { axes } from './svg-axes';
import { frameOf, type PlotFrame, type SvgOptions, xOf, yOf } from './svg-frame';
import { highlightMarks } from './svg-highlight';
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
