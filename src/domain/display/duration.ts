import type { Translate } from '../../base/translate';

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
