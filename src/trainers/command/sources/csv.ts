import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { WordedError } from '../../../base/worded-error';
import { inEnglish, type Words, words } from '../../../base/words';
import { explainColumns, type WantedColumns } from '../../../domain/foreign/csv-columns';
import type { ForeignRecord } from '../../../domain/foreign/record';
import {
  type ForeignTable,
  parseResultsCsv,
  recordsOfTable,
  sameRows,
} from '../../../domain/foreign/results-csv';
import { MOST_BYTES } from '../../../run/folder/bounds';
import { readText } from '../../../run/folder/read-file';
import { SILENT_LOOKS, type Source } from './source';

const MOST_SHOWN = 5;

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
  let last: ForeignTable | undefined;
  let isTorn = false;
  let looks = 0;
  const reported = new Set<string>();
  const read = async ({ stamp, writtenMs }: Stamp): Promise<ForeignRecord[]> => {
    const text = await readText(file, { most: MOST_BYTES.list, links: 'follow' });
    const table = parseResultsCsv(text, wanted);
    isTorn = /[^\n]$/.test(text);
    seen = stamp;
    const fromRow = sameRows(last?.rows ?? [], table.rows);
    last = table;
    const problems = table.problems
      .filter((said) => !reported.has(inEnglish(said)))
      .map((said): ForeignRecord => ({ kind: 'problem', said: words('{0}: {1}', file, said) }));
    for (const said of table.problems) reported.add(inEnglish(said));
    return [...problems, ...recordsOfTable(table, { fromRow, writtenMs, hasMetrics: hasMetrics() })];
  };
  return {
    poll: async () => {
      const now = await stampOf(file);
      const isSame = now?.stamp === seen;
      looks = isSame ? looks + 1 : 0;
      if (now && !isSame) return read(now);
      return isTorn && looks === SILENT_LOOKS ? [tornLine(file)] : [];
    },
    explain: async () => {
      if (last === undefined) return noSuchFile(file, /\.csv$/i);
      const { refused, header } = last;
      return refused ? words('{0}: {1}', file, refused) : explainColumns(file, header, wanted);
    },
  };
}

const tornLine = (file: string): ForeignRecord => ({
  kind: 'problem',
  said: words('{0}: its last line has no end yet, and is read when it has', file),
});

type Stamp = { readonly stamp: string; readonly writtenMs: number };

export async function stampOf(file: string): Promise<Stamp | undefined> {
  try {
    const { size, mtimeMs, ino } = await stat(file);
    return { stamp: `${ino} ${size} ${mtimeMs}`, writtenMs: Math.round(mtimeMs) };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new WordedError(words('cannot read {0}', file), { cause: error });
  }
}

/** The message that a file never came, and which others of its kind are in its folder. */
async function noSuchFile(file: string, kind: RegExp): Promise<Words> {
  const folder = path.dirname(file);
  const there = await readdir(folder).catch(() => undefined);
  if (there === undefined)
    return words('{0} was expected, and its folder does not exist (command.path)', file);
  const others = there.filter((name) => kind.test(name)).slice(0, MOST_SHOWN);
  return others.length === 0
    ? words('{0} was expected and does not exist; no other of its kind is beside it (command.path)', file)
    : words('{0} was expected and does not exist; beside it: {1} (command.path)', file, others.join(', '));
}
