import { createTranslate } from '../../base/translate';
import { formatMetric, formatSeconds } from '../../domain/display/format';

// The terminal is English; other programs use --json.
const english = createTranslate();

/** 0.42 s, 34 s, 3 min 10 s. */
export function seconds(value: number): string {
  return Number.isFinite(value) ? formatSeconds(value, english) : '-';
}

/** A score between 0 and 1 as every page shows it; a dash if there is none. */
export function score(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '-' : formatMetric(value);
}

/** With one more digit than the scores have: what is held against a limit, or is the difference of two. */
export function preciseScore(value: number): string {
  return Number.isFinite(value) ? value.toFixed(4) : '-';
}
