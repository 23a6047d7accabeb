import { words } from '../../../base/words';
import { JSON_LOGS, type JsonLog, type LogReader, parseLine } from '../../../domain/foreign/json-logs';
import { parseLightningCsv } from '../../../domain/foreign/lightning-csv';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { type ScalarRow, ScalarTable } from '../../../domain/foreign/scalar-table';
import { readWandbLog, type WandbRecord } from '../../../domain/foreign/wandb-log';
import { MOST_BYTES } from '../../../run/folder/bounds';
import { readText } from '../../../run/folder/read-file';
import { AppendedFile, AppendedLines } from './appended-file';
import { stampOf } from './csv';
import type { Source } from './source';

// The logs of programs that have their own format: what each line says is in src/domain/foreign.

type Wanted = Readonly<Record<string, string>>;

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
export function lightningSource(file: string, wanted: Wanted): Source {
  let seen = '';
  let before: readonly string[] = [];
  let table = new ScalarTable(wanted);
  return {
    poll: async () => {
      const now = await stampOf(file);
      if (now === undefined || now.stamp === seen) return table.take(true);
      seen = now.stamp;
      const rows = parseLightningCsv(await readText(file, { most: MOST_BYTES.list, links: 'follow' }));
      const texts = rows.map(textOf);
      const isSame = before.every((text, i) => text === texts[i]);
      if (!isSame) table = new ScalarTable(wanted, true);
      for (const row of rows.slice(isSame ? before.length : 0)) table.addRow(row);
      before = texts;
      return table.take(false);
    },
  };
}

/** NaN is not null: a loss that diverges is another row. */
const textOf = ({ step, epoch, values }: ScalarRow): string =>
  [step, epoch, ...Object.entries(values).flat()].join();

/** The log of a W&B run, online or offline. */
export function wandbSource(file: string, wanted: Wanted): Source {
  const bytes = new AppendedFile(file);
  let table = new ScalarTable(wanted);
  let offset = 0;
  let isBroken = false;
  return {
    poll: async () => {
      const read = await bytes.read();
      if (read.restarted) {
        table = new ScalarTable(wanted, true);
        offset = 0;
      }
      if (isBroken && !read.restarted) return table.take(true);
      const { records, consumed, problem } = readWandbLog(read.bytes, offset);
      bytes.consume(consumed);
      offset += consumed;
      isBroken = problem !== undefined;
      for (const record of records) if (record.kind === 'row') table.addRow(record.row);
      const said = problem && words('{0}: {1}; what follows is not read', file, problem);
      return [
        ...(said ? [{ kind: 'problem' as const, said }] : []),
        ...table.take(records.length === 0 || isBroken || records.some(isExit)),
        ...records.flatMap(endOf),
      ];
    },
  };
}

const isExit = ({ kind }: WandbRecord): boolean => kind === 'exit';

function endOf(record: WandbRecord): ForeignRecord[] {
  if (record.kind !== 'exit') return [];
  const failure = words('W&B says that it ended with exit code {0}', record.code);
  return [{ kind: 'end', ...(record.code !== 0 && { failure }) }];
}
