import { type Words, words } from '../../../base/words';
import type { ForeignRecord } from '../../../domain/foreign/record';
import type { TrainerEvent } from '../../../run/events';

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
