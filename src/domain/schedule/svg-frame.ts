import { createTranslate, type Translate } from '../../base/translate';
import { mainGroup, summarize } from './summary';
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
