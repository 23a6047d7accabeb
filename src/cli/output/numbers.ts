import { createTranslate } from '../../base/translate';
import { formatSeconds } from '../../domain/display/duration';

// The terminal is English; other programs use --json.
const english = createTranslate();

/** 0.42 s, 34 s, 3 min 10 s. */
export function seconds(value: number): string {
  return Number.isFinite(value) ? formatSeconds(value, english) : '-';
}

/** A score between 0 and 1 in four digits, so that runs can be told apart; a dash if there is none. */
export function score(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(4);
}
