import { createTranslate } from '../../src/base/translate';
import { formatCount, formatDuration, formatValue } from '../../src/domain/display/format';
import type { XKind } from './spec';

const plain = createTranslate();
const THOUSAND = 1000;
const MILLION = 1_000_000;

/** Label of a tick on the x axis; short, since there are many. */
export function formatX(value: number, kind: XKind): string {
  if (kind === 'assumed step') return marked(value, formatX(value, 'step'));
  if (kind === 'time') return clock(value);
  if (kind === 'share') return trim(value.toFixed(2));
  if (value >= MILLION) return `${trim((value / MILLION).toFixed(2))}M`;
  if (value >= 10 * THOUSAND) return `${trim((value / THOUSAND).toFixed(1))}k`;
  return kind === 'step' ? formatCount(value) : trim(value.toFixed(2));
}

/** A step of a run whose length is assumed, but for its first, which every run has. */
const marked = (value: number, text: string): string => (value === 0 ? text : `~${text}`);

/** h:mm:ss or m:ss. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

const trim = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** The place on x of a tooltip or a table row, in words. */
export function describeX(value: number, kind: XKind, words: { epoch: string; step: string }): string {
  if (kind === 'time') return formatDuration(value, plain);
  if (kind === 'share') return formatValue(value);
  if (kind === 'epoch') return `${words.epoch} ${trim(value.toFixed(2))}`;
  const count = formatCount(value);
  return `${words.step} ${kind === 'step' ? count : marked(value, count)}`;
}

/** Chart.js adds its steps up: of ticks around 0 the middle one is 2.17e-19. */
export function isZero(value: number, all: readonly { readonly value: number }[]): boolean {
  const widest = Math.max(...all.map((tick) => Math.abs(tick.value)));
  return Math.abs(value) < widest * 1e-9;
}
