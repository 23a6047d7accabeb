import { parseJson } from '../../../base/json';
import { words } from '../../../base/words';
import { zTrainerEvent } from '../../../run/events';
import { AppendedLines } from './appended-file';
import type { Source, SourceRecord } from './source';

/**
 * A program that trains with Ultralytics has its events written by Pitwall's runner, which Python loads into it: from the
 * first of them on they are the run's, and what else it writes is not read twice.
 */
export function withRunner(file: string, other: Source): Source {
  const lines = new AppendedLines(file);
  let isThere = false;
  const poll = async (): Promise<readonly SourceRecord[]> => {
    const { lines: added } = await lines.next();
    isThere ||= added.length > 0;
    return isThere ? added.map(readLine) : other.poll();
  };
  return { ...other, poll };
}

function readLine(line: string): SourceRecord {
  const parsed = zTrainerEvent.safeParse(parseJson(line));
  return parsed.success
    ? { kind: 'event', event: parsed.data }
    : { kind: 'problem', said: words('not a line of the runner: {0}', line.slice(0, 200)) };
}
