import { recordsOfTable } from '../../../domain/foreign/csv-records';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { parseResultsCsv } from '../../../domain/foreign/results-csv';
import { Appended } from './appended';
import type { Source } from './source';

/** results.csv of Ultralytics and YOLOv5. One line an epoch: the file is small, so it is read whole each time it grew. */
export function csvSource(file: string): Source {
  const bytes = new Appended(file);
  const seen = { size: -1, rows: 0, problems: 0 };
  return {
    poll: async () => {
      const content = await bytes.from(0);
      if (content.length === seen.size) return [];
      const table = parseResultsCsv(Buffer.from(content).toString('utf8'));
      // A shorter file is another run's: Ultralytics deletes results.csv when a new run begins in the same folder.
      if (content.length < seen.size) seen.rows = 0;
      const records = recordsOfTable(table, seen.rows);
      const problems = table.problems
        .slice(seen.problems)
        .map((message): ForeignRecord => ({ kind: 'problem', message: `${file}: ${message}` }));
      Object.assign(seen, { size: content.length, rows: table.rows.length, problems: table.problems.length });
      return [...problems, ...records];
    },
  };
}
