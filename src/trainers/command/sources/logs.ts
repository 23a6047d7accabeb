import { words } from '../../../base/words';
import { JSON_LOGS, type JsonLog, type LogReader, parseLine } from '../../../domain/foreign/json-logs';
import { parseLightningCsv } from '../../../domain/foreign/lightning-csv';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { type ScalarRow, ScalarTable } from '../../../domain/foreign/scalar-table';
import { MOST_BYTES } from '../../../run/folder/bounds';
import { readText } from '../../../run/folder/read-file';
import { AppendedLines } from './appended-file';
import { stampOf } from './csv';
import type { Source } from './source';

// Text logs of programs that have their own format: what each line says is in src/domain/foreign.

type WantedTags = Readonly<Record<string, string>>;

/** One JSON object a line, as `log` writes them. */
export function jsonLogSource(file: string, log: JsonLog): Source {
  const lines = new AppendedLines(file);
  let reader: LogReader = JSON_LOGS[log]();
  return {
    poll: async () => {
      const { lines: added, restarted } = await lines.next();
      if (restarted) reader = JSON_LOGS[log](true);
      const problems = added.flatMap((text) => addLine(reader, text));
      return [...problems, ...reader.take(added.length === 0)];
    },
  };
}

function addLine(reader: LogReader, text: string): ForeignRecord[] {
  const line = parseLine(text);
  if (line) reader.add(line);
  return line ? [] : [{ kind: 'problem', said: words('not a JSON object: {0}', text.slice(0, 200)) }];
}

/**
 * metrics.csv of PyTorch Lightning: written anew when a column is added, so it is read whole each time it changed, and
 * rows that were there before are not reported again. Other rows in their place are another run.
 */
export function lightningSource(file: string, wanted: WantedTags): Source {
  let seen = '';
  const rows = new LightningRows(wanted);
  return {
    poll: async () => {
      const now = await stampOf(file);
      if (now === undefined || now.stamp === seen) return rows.take(true);
      seen = now.stamp;
      rows.replace(parseLightningCsv(await readText(file, { most: MOST_BYTES.list, links: 'follow' })));
      return rows.take(false);
    },
  };
}

class LightningRows {
  readonly #wanted: WantedTags;
  #before: readonly string[] = [];
  #table: ScalarTable;

  constructor(wanted: WantedTags) {
    this.#wanted = wanted;
    this.#table = new ScalarTable(wanted);
  }

  replace(rows: readonly ScalarRow[]): void {
    const texts = rows.map(textOf);
    const isSame = this.#before.every((text, i) => text === texts[i]);
    if (!isSame) this.#table = new ScalarTable(this.#wanted, true);
    for (const row of rows.slice(isSame ? this.#before.length : 0)) this.#table.addRow(row);
    this.#before = texts;
  }

  take(all: boolean): ForeignRecord[] {
    return this.#table.take(all);
  }
}

/** NaN is not null: a loss that diverges is another row. */
const textOf = ({ step, epoch, values }: ScalarRow): string =>
  [step, epoch, ...Object.entries(values).flat()].join();
