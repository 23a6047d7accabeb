import type { NewsKind } from './news';

const MINUTE = 60_000;

/** Of one kind, one message in this time; the end of a run is reported in any case. */
export const GAP_MS: Readonly<Record<NewsKind, number>> = {
  end: 0,
  failure: 0,
  divergence: 10 * MINUTE,
  stall: 30 * MINUTE,
  best: 10 * MINUTE,
};

/** Of one run, to every channel: a chat that takes 20 a minute is shared by many runs. */
export const MOST_AN_HOUR = 12;

export type SentMessage = { readonly kind: NewsKind; readonly t: number };

/** Whether a run may send another message, after all that it has sent so far. What may not is dropped: the dashboard has it. */
export function maySend(kind: NewsKind, sent: readonly SentMessage[], now: number): boolean {
  const sinceHour = sent.filter(({ t }) => now - t < 60 * MINUTE);
  const isEnd = kind === 'end' || kind === 'failure';
  // One message an hour more for the end: it must not be lost because many were sent before.
  if (sinceHour.length >= MOST_AN_HOUR + (isEnd ? 1 : 0)) return false;
  return !sent.some((one) => one.kind === kind && now - one.t < GAP_MS[kind]);
}
