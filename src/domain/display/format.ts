import type { Translate } from '../../base/translate';
import { ROUNDING } from '../compare/limits';

const NARROW = 1e-3;
const WIDE = 1e5;

/** A number for a label: three significant digits, and no exponent unless the number needs one. */
export function formatValue(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < NARROW || size >= WIDE) return trimExponent(value.toExponential(digits - 1));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals);
}

function trimExponent(text: string): string {
  return text.replace(/\.?0+e/, 'e').replace('e+', 'e');
}

/** A learning rate: no trailing zeros, e.g. 0.01, 0.00642, 2e-5. */
export function formatRate(value: number): string {
  const text = formatValue(value);
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}

/** A metric in [0, 1] with three decimals. */
export function formatMetric(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–';
}

const DIFFERENCE_DECIMALS = 4;
const MOST_DECIMALS = 6;

/**
 * A difference of metrics, or a limit of one, with its sign: exact, with one more decimal than the metrics beside it have, and
 * more if these would show 0 of what is not 0. So it never contradicts a verdict, which is made of the exact numbers.
 */
export function formatDifference(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size <= ROUNDING) return `±${(0).toFixed(DIFFERENCE_DECIMALS)}`;
  return `${value < 0 ? '−' : '+'}${shownSize(size)}`;
}

function shownSize(size: number): string {
  for (let decimals = DIFFERENCE_DECIMALS; decimals <= MOST_DECIMALS; decimals++) {
    const text = size.toFixed(decimals);
    if (Number(text) > 0) return text;
  }
  return `<${(10 ** -MOST_DECIMALS).toFixed(MOST_DECIMALS)}`;
}

/** Thousands separated, as in 62,500. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : formatValue(value)} ${UNITS[unit]}`;
}

/** Memory of a GPU as its makers, nvidia-smi and trainers count it: a GB of 2^30 bytes. */
export function formatGpuBytes(bytes: number): string {
  return `${formatValue(bytes / 2 ** 30)} GB`;
}

export function formatPercent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** Probability for people: never 0 % or 100 %. */
export function formatProbability(p: number): string {
  if (p > 0.99) return '>99 %';
  if (p < 0.01) return '<1 %';
  return formatPercent(p);
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration for people, in its two largest units: 45 s, 3 min 10 s, 2 h 5 min, 1 d 4 h. */
export function formatDuration(seconds: number, t: Translate): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return t('{0} s', whole);
  if (whole < HOUR) return pair(t('{0} min', Math.floor(whole / MINUTE)), whole % MINUTE, '{0} s', t);
  if (whole < DAY) {
    return pair(t('{0} h', Math.floor(whole / HOUR)), Math.floor((whole % HOUR) / MINUTE), '{0} min', t);
  }
  return pair(t('{0} d', Math.floor(whole / DAY)), Math.floor((whole % DAY) / HOUR), '{0} h', t);
}

function pair(large: string, rest: number, unit: string, t: Translate): string {
  return rest === 0 ? large : `${large} ${t(unit, rest)}`;
}

/** Seconds with the digits that matter: 0.42 s, 2.1 s, 34 s. */
export function formatSeconds(seconds: number, t: Translate): string {
  if (seconds >= MINUTE) return formatDuration(seconds, t);
  const digits = seconds < 1 ? 2 : seconds < 10 ? 1 : 0;
  return t('{0} s', seconds.toFixed(digits));
}

/** How long ago, in one unit. */
export function formatAgo(seconds: number, t: Translate): string {
  if (seconds < MINUTE) return t('just now');
  if (seconds < HOUR) return t('{0} min ago', Math.floor(seconds / MINUTE));
  if (seconds < DAY) return t('{0} h ago', Math.floor(seconds / HOUR));
  return t('{0} d ago', Math.floor(seconds / DAY));
}

const [LONGEST_NAME, NAME_END] = [20, 7];

/**
 * A name for a narrow list: a long one loses its middle, since runs of one config differ at the end (`-2`, `-lr0-0.02`) and
 * what follows the name has to stay in sight.
 */
export function shortName(name: string): string {
  const letters = Array.from(name);
  if (letters.length <= LONGEST_NAME) return name;
  const start = letters.slice(0, LONGEST_NAME - NAME_END - 1);
  return `${start.join('')}…${letters.slice(-NAME_END).join('')}`;
}
