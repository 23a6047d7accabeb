import { createTranslate, type Translate } from '../../base/translate';
import { formatCount } from '../display/format';
import { markedCount } from './headlines';
import { mainGroup, rate, summarize } from './summary';
import type { Schedule } from './types';

export type SvgColours = {
  readonly foreground: string;
  readonly muted: string;
  readonly accent: string;
  readonly grid: string;
  /** Fill of the warm-up, translucent. */
  readonly warmup: string;
  /** Mark of the quantity under the mouse pointer. */
  readonly mark: string;
  /** Behind labels, so that a curve does not cross them out: about the colour of the background. */
  readonly halo: string;
  readonly background?: string;
};

/** Of the curve in a hover, in pixels. */
export const HOVER_SIZE = { width: 420, height: 170 } as const;

/** What the picture points out. */
export type Highlight = 'peak' | 'final' | 'warmup' | 'bias' | 'momentum' | 'end' | undefined;

export type SvgOptions = {
  readonly width: number;
  readonly height: number;
  readonly colours: SvgColours;
  readonly highlight?: Highlight;
  /** Language of the labels; English if absent. */
  readonly t?: Translate;
};

export const LIGHT_COLOURS: SvgColours = {
  foreground: '#3b3b3b',
  muted: '#7a7a7a',
  accent: '#005fb8',
  grid: '#c8c8c8',
  warmup: '#005fb81f',
  mark: '#b5460f',
  halo: '#f8f8f8',
};

export const DARK_COLOURS: SvgColours = {
  foreground: '#cccccc',
  muted: '#9d9d9d',
  accent: '#4daafc',
  grid: '#4b4b4b',
  warmup: '#4daafc2b',
  mark: '#f0a35e',
  halo: '#202020',
};

export const HIGH_CONTRAST_COLOURS: SvgColours = {
  foreground: '#ffffff',
  muted: '#ffffff',
  accent: '#3ff2ff',
  grid: '#ffffff',
  warmup: '#3ff2ff40',
  mark: '#ffd700',
  halo: '#000000',
};

export const HIGH_CONTRAST_LIGHT_COLOURS: SvgColours = {
  foreground: '#000000',
  muted: '#292929',
  accent: '#0f4a85',
  grid: '#292929',
  warmup: '#0f4a8533',
  mark: '#8a1f00',
  halo: '#ffffff',
};

/** The drawing area in pixels, and the scale: steps to x, LR to y. */
export type PlotFrame = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly lastStep: number;
  readonly maximum: number;
  readonly colours: SvgColours;
  readonly highlight: Highlight;
  readonly t: Translate;
};

const ENGLISH = createTranslate();

export function frameOf(schedule: Schedule, options: SvgOptions): PlotFrame {
  const { width, height, colours, highlight, t = ENGLISH } = options;
  return {
    left: 58,
    right: width - 12,
    top: 24,
    bottom: height - 22,
    lastStep: Math.max(1, schedule.steps - 1),
    maximum: largestLr(schedule, highlight),
    colours,
    highlight,
    t,
  };
}

// The biases may start at ten times lr0: the weights set the scale, unless the picture points out the biases.
function largestLr(schedule: Schedule, highlight: Highlight): number {
  const main = summarize(schedule, mainGroup(schedule)).peak.lr;
  const bias = schedule.groups.indexOf('bias');
  const largest =
    highlight === 'bias' && bias >= 0 ? Math.max(main, summarize(schedule, bias).peak.lr) : main;
  return largest > 0 ? largest : 1;
}

export function xOf({ left, right, lastStep }: PlotFrame, step: number): number {
  return Number((left + ((right - left) * step) / lastStep).toFixed(1));
}

export function yOf({ top, bottom, maximum }: PlotFrame, lr: number): number {
  return Number((bottom - ((bottom - top) * lr) / maximum).toFixed(1));
}

export type Label = {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly content: string;
  readonly colour?: string;
};

export function text(frame: PlotFrame, { x, y, anchor, content, colour }: Label): string {
  const fill = colour ?? frame.colours.foreground;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-family="system-ui, sans-serif" font-size="11" fill="${fill}" stroke="${frame.colours.halo}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">${content}</text>`;
}

/** Space for the labels at both ends of the step axis. */
const LEFT_LABEL = 60;
const RIGHT_LABEL = 165;

/** Both axes with lines at round values, so that any point of the curve can be read off. */
export function axes(schedule: Schedule, frame: PlotFrame): readonly string[] {
  const { left, right, top, bottom, colours } = frame;
  return [
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="${colours.grid}"/>`,
    ...roundTicks(frame.maximum, 4).flatMap((lr) => rateTick(lr, frame)),
    text(frame, { x: left - 6, y: bottom + 4, anchor: 'end', content: '0' }),
    ...epochTicks(schedule, frame),
    text(frame, { x: left, y: bottom + 16, anchor: 'start', content: startLabel(schedule, frame.t) }),
    text(frame, { x: right, y: bottom + 16, anchor: 'end', content: endLabel(schedule, frame.t) }),
  ];
}

function rateTick(lr: number, frame: PlotFrame): readonly string[] {
  const { left, right, colours } = frame;
  const y = yOf(frame, lr);
  return [
    `<path d="M${left} ${y}H${right}" stroke="${colours.grid}" stroke-dasharray="2 4"/>`,
    text(frame, { x: left - 6, y: y + 4, anchor: 'end', content: rate(lr) }),
  ];
}

/** Epochs at round counts, if the axis counts steps and there is room between the ends. */
function epochTicks(schedule: Schedule, frame: PlotFrame): readonly string[] {
  const { left, right, bottom, colours } = frame;
  const epochs = epochsOf(schedule);
  if (epochs === undefined) return [];
  return roundTicks(epochs, 5)
    .filter((epoch) => Number.isInteger(epoch) && epoch < epochs)
    .flatMap((epoch) => {
      const x = xOf(frame, epoch * schedule.stepsPerEpoch);
      const tick = `<path d="M${x} ${bottom}v4" stroke="${colours.grid}"/>`;
      if (x < left + LEFT_LABEL || x > right - RIGHT_LABEL) return [tick];
      return [
        tick,
        text(frame, {
          x,
          y: bottom + 16,
          anchor: 'middle',
          content: frame.t('epoch {0}', formatCount(epoch)),
          colour: colours.muted,
        }),
      ];
    });
}

/** Multiples of 1, 2 or 5 times a power of ten, at most `most` of them, above 0 and up to `largest`. */
export function roundTicks(largest: number, most: number): readonly number[] {
  if (!(largest > 0) || !Number.isFinite(largest)) return [];
  const power = 10 ** Math.floor(Math.log10(largest / most));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => largest / s <= most) ?? 10 * power;
  const count = Math.floor(largest / step + 1e-9);
  return Array.from({ length: count }, (_, i) => Number(((i + 1) * step).toPrecision(6)));
}

/** Epochs of the run, if it has several whole ones. */
function epochsOf({ unit = 'step', steps, stepsPerEpoch }: Schedule): number | undefined {
  const epochs = stepsPerEpoch > 0 ? steps / stepsPerEpoch : 0;
  return unit === 'step' && Number.isInteger(epochs) && epochs > 1 ? epochs : undefined;
}

function startLabel({ unit = 'step' }: Schedule, t: Translate): string {
  return unit === 'step' ? t('step 0') : t('epoch 0');
}

function endLabel(schedule: Schedule, t: Translate): string {
  const epochs = epochsOf(schedule);
  const steps = countOf(schedule, schedule.steps, t);
  return epochs === undefined ? steps : t('{0} ({1} epochs)', steps, formatCount(epochs));
}

/** "3,125 steps" in the unit of the schedule. */
export function countOf(schedule: Schedule, n: number, t: Translate): string {
  if (schedule.unit === 'epoch') return n === 1 ? t('1 epoch') : t('{0} epochs', formatCount(n));
  return n === 1 ? t('1 step') : t('{0} steps', markedCount(schedule, n));
}
