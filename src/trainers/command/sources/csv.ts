import { stat } from 'node:fs/promises';
import { recordsOfTable, sameRows } from '../../../domain/foreign/csv-records';
import { explainColumns } from '../../../domain/foreign/explain-columns';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { type ForeignEpoch, parseResultsCsv, type WantedColumns } from '../../../domain/foreign/results-csv';
import { MOST_BYTES } from '../../../run/folder/bounds';
import { readText } from '../../../run/folder/read-file';
import { absent } from './absent';
import type { Source } from './source';

export type CsvOptions = {
  /** False if the trainer does not validate: its metric cells then repeat old values. */
  readonly hasMetrics?: () => boolean;
  /** Our name of a number -> its column. */
  readonly wanted?: WantedColumns;
};

/**
 * results.csv of Ultralytics and YOLOv5. One line an epoch: the file is small, so it is read whole each time it
 * changed. Unchanged rows are not reported again; a run that begins anew in the same folder replaces the file.
 */
export function csvSource(file: string, { hasMetrics = () => true, wanted = {} }: CsvOptions = {}): Source {
  let seen = '';
  let rows: readonly ForeignEpoch[] = [];
  let header: readonly string[] = [];
  const reported = new Set<string>();
  return {
    poll: async () => {
      const now = await stampOf(file);
      if (now === undefined || now.stamp === seen) return [];
      const table = parseResultsCsv(await readText(file, { most: MOST_BYTES.list, links: 'follow' }), wanted);
      header = table.header;
      seen = now.stamp;
      const fromRow = sameRows(rows, table.rows);
      rows = table.rows;
      const problems = table.problems
        .filter((message) => !reported.has(message))
        .map((message): ForeignRecord => ({ kind: 'problem', message: `${file}: ${message}` }));
      for (const message of table.problems) reported.add(message);
      const reading = { fromRow, writtenMs: now.writtenMs, hasMetrics: hasMetrics() };
      return [...problems, ...recordsOfTable(table, reading)];
    },
    explain: async () =>
      seen === '' ? absent(file, /\.csv$/i) : `${file} ${explainColumns(header, wanted)}`,
  };
}

async function stampOf(file: string): Promise<{ stamp: string; writtenMs: number } | undefined> {
  try {
    const { size, mtimeMs, ino } = await stat(file);
    return { stamp: `${ino} ${size} ${mtimeMs}`, writtenMs: Math.round(mtimeMs) };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new Error(`cannot read ${file}`, { cause: error });
  }
}
