import type { Source, SourceRecord } from './source';

const MOST = 20;
const LAST_WORD = '; further problems of this source are not reported';

/** A file of another kind gives a problem for each line: the first few are reported, then that there are more. */
export function withFewProblems(source: Source): Source {
  let reported = 0;
  const shorten = (record: SourceRecord): readonly SourceRecord[] => {
    if (record.kind !== 'problem') return [record];
    reported++;
    if (reported > MOST) return [];
    return reported < MOST ? [record] : [{ ...record, message: `${record.message}${LAST_WORD}` }];
  };
  return { ...source, poll: async () => (await source.poll()).flatMap(shorten) };
}
