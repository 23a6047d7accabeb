import { type Words, words } from '../../base/words';
import { judgeDifference } from '../compare/verdict';
import { formatDifference, formatMetric } from '../display/format';

/** What a person who is away gets messages about: nothing else ever leaves the machine. */
export const NEWS_KINDS = ['end', 'failure', 'divergence', 'stall', 'best'] as const;
export type NewsKind = (typeof NEWS_KINDS)[number];

export type News = {
  readonly kind: NewsKind;
  /** Name of the run. */
  readonly run: string;
  readonly title: Words;
  readonly text: Words;
  readonly epoch?: number;
  readonly step?: number;
};

type About = { readonly run: string; readonly host: string };

/** How a run ended, once nothing of it is left to validate. A pause was requested and is not news. */
export function newsOfEnd(
  about: About,
  end: { readonly state: string; readonly reason?: Words; readonly best?: { epoch: number; map: number } },
): News | undefined {
  const title = END_TITLES[end.state]?.(about.run);
  if (title === undefined) return undefined;
  const { best } = end;
  const found = best && words('Best: epoch {0}, mAP50-95 {1}', best.epoch, best.map.toFixed(3));
  const parts = [end.reason, found].filter((part) => part !== undefined);
  const kind = end.state === 'completed' || end.state === 'stopped' ? 'end' : 'failure';
  return { kind, run: about.run, title, text: placed(parts, about.host) };
}

const END_TITLES: Readonly<Record<string, (run: string) => Words>> = {
  completed: (run) => words('{0} has completed', run),
  stopped: (run) => words('{0} was stopped', run),
  failed: (run) => words('{0} has failed', run),
  diverged: (run) => words('{0} has diverged and ended', run),
  lost: (run) => words('{0} is lost', run),
};

const diverges = (run: string): Words => words('{0} diverges', run);

/** Alerts that cannot wait until a person opens the dashboard. */
const URGENT: Readonly<Record<string, { readonly kind: NewsKind; title(run: string): Words }>> = {
  diverged: { kind: 'divergence', title: diverges },
  non_finite: { kind: 'divergence', title: diverges },
  stall: { kind: 'stall', title: (run) => words('{0} has stalled', run) },
};

export type Alerted = {
  readonly rule: string;
  readonly said: Words;
  readonly next?: Words;
  readonly epoch?: number;
  readonly step?: number;
};

export function newsOfAlert({ run, host }: About, alert: Alerted): News | undefined {
  const urgent = URGENT[alert.rule];
  if (urgent === undefined) return undefined;
  const { said, next, epoch, step } = alert;
  return {
    kind: urgent.kind,
    run,
    title: urgent.title(run),
    text: placed(next === undefined ? [said] : [said, next], host),
    ...(epoch !== undefined && { epoch }),
    ...(step !== undefined && { step }),
  };
}

export type BetterBest = {
  readonly epoch: number;
  readonly map: number;
  readonly before: number;
  /** mAP50-95 over the best before, with its 95 % interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
};

/** A best checkpoint is news only if chance does not explain it: its interval lies above 0. */
export function newsOfBest({ run, host }: About, best: BetterBest): News | undefined {
  if (judgeDifference(best) !== 'second') return undefined;
  const said = words(
    'epoch {0}: mAP50-95 {1}, {2} over epoch {3} (95 % interval {4} to {5})',
    best.epoch,
    formatMetric(best.map),
    formatDifference(best.difference),
    best.before,
    formatDifference(best.low),
    formatDifference(best.high),
  );
  const title = words('{0} has a new best checkpoint', run);
  return { kind: 'best', run, title, text: placed([said], host), epoch: best.epoch };
}

export function newsOfTest(host: string): News {
  const text = placed([words('If you read this, it works')], host);
  return { kind: 'end', run: 'test', title: words('Test of notifications'), text };
}

/** With the machine behind, for one who has several. */
function placed(parts: readonly Words[], host: string): Words {
  const [first, second] = parts;
  if (first === undefined) return words('On {0}.', host);
  if (second === undefined) return words('{0}. On {1}.', first, host);
  return words('{0}. {1}. On {2}.', first, second, host);
}

const MINUTE = 60_000;

/** Of one kind, one message in this time; the end of a run is reported in any case. */
const GAP_MS: Readonly<Record<NewsKind, number>> = {
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
