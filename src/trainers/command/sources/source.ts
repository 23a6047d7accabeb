import { type Words, words } from '../../../base/words';
import { type ForeignRecord, outOfBounds } from '../../../domain/foreign/record';
import type { TrainerEvent } from '../../../run/events';
import { notShares } from '../../../run/own-metrics';

const MOST = 20;

/** A foreign record, or an event as our own runner writes it from within the program. */
export type SourceRecord = ForeignRecord | { readonly kind: 'event'; readonly event: TrainerEvent };

/** Looks, some seconds of them, after which it is said that nothing more can be read of what is there. */
export const SILENT_LOOKS = 20;

/** A source of a foreign trainer's numbers. `poll` returns what is new since the last call and never repeats. */
export type Source = {
  poll(): Promise<readonly SourceRecord[]>;
  /** In one line what was expected where and what is there instead: for a program that ended without a number. */
  explain?(): Promise<Words>;
};

/**
 * Whatever the source reads, no record goes on that the readers of a run would refuse: what is wrong with it goes on
 * instead. Metrics beyond 0 to 1 go on as they are, and of each kind of them it is said once.
 */
export function withinBounds(source: Source): Source {
  const known = new Set<string>();
  const check = (record: SourceRecord): readonly SourceRecord[] => {
    if (record.kind === 'event') return [record];
    if (record.kind === 'revise') return [{ ...record, fromStep: Math.max(0, record.fromStep) }];
    const refused = outOfBounds(record);
    if (refused) return [{ kind: 'problem', said: refused }];
    return [...strangeMetrics(record, known), withTime(record)];
  };
  return { ...source, poll: async () => (await source.poll()).flatMap(check) };
}

/** `known` are the metrics of which it was said before. */
function strangeMetrics(record: ForeignRecord, known: Set<string>): readonly ForeignRecord[] {
  if (record.kind !== 'epoch') return [];
  const fresh = notShares(record).filter(({ key }) => !known.has(key));
  for (const { key } of fresh) known.add(key);
  return fresh.map(({ said }) => ({ kind: 'problem', said }));
}

/** A clock that gave no number is none. */
function withTime(record: ForeignRecord): ForeignRecord {
  if (record.kind !== 'step' && record.kind !== 'epoch') return record;
  if (record.time === undefined || Number.isFinite(record.time)) return record;
  const { time: _, ...timeless } = record;
  return timeless.kind === 'step' ? { ...timeless, time: undefined } : timeless;
}

/** A file of another kind gives a problem for each line: the first few are reported, then that there are more. */
export function withFewProblems(source: Source): Source {
  let reported = 0;
  const shorten = (record: SourceRecord): readonly SourceRecord[] => {
    if (record.kind !== 'problem') return [record];
    reported++;
    if (reported > MOST) return [];
    const said = words('{0}; further problems of this source are not reported', record.said);
    return [reported < MOST ? record : { ...record, said }];
  };
  return { ...source, poll: async () => (await source.poll()).flatMap(shorten) };
}
