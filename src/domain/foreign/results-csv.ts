// results.csv of Ultralytics and YOLOv5: one line an epoch, columns by name, never by position. Sources: Ultralytics
// engine/trainer.py (unpadded since v8.3.9, 0-based before about v8.0.170), yolov5 utils/loggers (padded, 0-based).

import { nearestName } from '../../base/suggest';
import { listed, quoted, type Words, words } from '../../base/words';
import { classifyTag } from './classify-tag';
import type { ForeignRecord } from './record';

/** One epoch as the foreign trainer wrote it; epochs count from 1 here. */
export type ForeignEpoch = {
  readonly epoch: number;
  /** Seconds since the foreign process began training, if the format has them. */
  readonly time: number | undefined;
  /** Mean training losses by component: box, cls, dfl, ... */
  readonly loss: Readonly<Record<string, number>>;
  /** map50, map, precision, recall, and val_* losses. */
  readonly metrics: Readonly<Record<string, number>>;
  /** LR per parameter group at the end of the epoch, in the file's order. */
  readonly lr: readonly number[];
};

export type ForeignTable = {
  /** Names of the columns as in the file. */
  readonly header: readonly string[];
  readonly groups: readonly string[];
  /** In file order; a resumed run repeats epochs, and the later row of an epoch counts. */
  readonly rows: readonly ForeignEpoch[];
  readonly problems: readonly Words[];
};

type SetColumn = (row: MutableRow, value: number) => void;
type MutableRow = {
  epoch: number;
  time: number | undefined;
  loss: Record<string, number>;
  metrics: Record<string, number>;
  lr: number[];
};

/** Our name of a number -> the column that has it; these are read beside the columns that Ultralytics and YOLOv5 write. */
export type WantedColumns = Readonly<Record<string, string>>;

/**
 * Reads the whole lines of a results.csv; a last line without its newline is still being written and is left out. A process that
 * appends to the file of another one repeats the header, or writes one with other columns: it holds for the lines behind it.
 */
export function parseResultsCsv(text: string, wanted: WantedColumns = {}): ForeignTable {
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const delimiter = delimiterOf(lines[0] ?? '');
  let columns = columnsOf(cells(lines[0] ?? '', delimiter), wanted);
  const rows: ForeignEpoch[] = [];
  const problems: Words[] = [];
  for (const [index, line] of lines.slice(1).entries()) {
    const values = cells(line, delimiter);
    if (isHeader(values, columns)) {
      columns = columnsOf(values, wanted);
      continue;
    }
    const row = readRow(values, columns.setters, delimiter);
    if (row === undefined) problems.push(problemOf(index + 2, values, columns.header));
    else rows.push(row);
  }
  const { header, groups } = columns;
  return { header, groups, rows: countFromOne(rows), problems };
}

function problemOf(line: number, values: readonly string[], header: readonly string[]): Words {
  if (values.length !== header.length)
    return words('line {0}: expected {1} columns as in the header', line, header.length);
  return words('line {0}: expected a whole number as the epoch', line);
}

type CsvColumns = {
  readonly header: readonly string[];
  readonly groups: readonly string[];
  readonly setters: readonly (SetColumn | undefined)[];
};

function columnsOf(header: readonly string[], wanted: WantedColumns): CsvColumns {
  const named = new Map(Object.entries(wanted).map(([ours, column]) => [column, ours]));
  const setters = header.map((name) => wantedColumn(named.get(name)) ?? columnOf(name));
  const groups = header
    .filter((name) => isLr(named.get(name)) || /^(lr\/pg|x\/lr)\d+$/.test(name))
    .map((name) => named.get(name) ?? name.replace(/^(lr|x)\//, ''));
  return { header, groups, setters };
}

/** No number is the name of a column. */
const isHeader = (values: readonly string[], { header }: CsvColumns): boolean =>
  values[0] !== '' && header.includes(values[0]);

/** A spreadsheet of a country whose decimal point is a comma saves with `;`. */
const delimiterOf = (header: string): string => [',', ';', '\t'].find((one) => header.includes(one)) ?? ',';

const isLr = (ours: string | undefined): boolean => ours !== undefined && classifyTag(ours)?.kind === 'lr';

const cells = (line: string, delimiter: string): string[] => line.split(delimiter).map((cell) => cell.trim());

function columnOf(name: string): SetColumn | undefined {
  if (name === 'epoch') return (row, value) => assign(row, 'epoch', value);
  if (name === 'time') return (row, value) => assign(row, 'time', value);
  const [group, key = ''] = name.split('/');
  if (group === 'train') return (row, value) => put(row.loss, lossName(key), value);
  if (group === 'val') return (row, value) => put(row.metrics, `val_${lossName(key)}`, value);
  if (group === 'metrics') return (row, value) => put(row.metrics, classifyTag(name)?.name ?? key, value);
  if (group === 'lr' || group === 'x') return (row, value) => row.lr.push(value);
  return undefined;
}

/** The meaning of one of our names: epoch, a loss, or a metric. */
function wantedColumn(ours: string | undefined): SetColumn | undefined {
  if (ours === undefined) return undefined;
  const { kind, name } = classifyTag(ours) ?? { kind: 'metric' as const, name: ours };
  if (kind === 'epoch') return (row, value) => assign(row, 'epoch', value);
  if (kind === 'lr') return (row, value) => row.lr.push(value);
  return (row, value) => put(kind === 'metric' ? row.metrics : row.loss, name, value);
}

/** LibreYOLO writes the sum as `train/loss` beside its parts. */
const lossName = (key: string): string => (key === 'loss' ? 'total' : key.replace(/_loss$/, ''));

function readRow(
  values: readonly string[],
  columns: readonly (SetColumn | undefined)[],
  delimiter: string,
): ForeignEpoch | undefined {
  if (values.length !== columns.length) return undefined;
  const row: MutableRow = { epoch: Number.NaN, time: undefined, loss: {}, metrics: {}, lr: [] };
  for (const [i, value] of values.entries())
    columns[i]?.(row, parseCell(delimiter === ',' ? value : value.replace(',', '.')));
  return Number.isInteger(row.epoch) ? row : undefined;
}

/** Python writes nan, inf and -inf; an empty cell is not a number either. */
export function parseCell(text: string): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return text === '' ? Number.NaN : Number(text);
}

/** The first line of a file shows its base: the first epoch is 0 only if counting starts there. */
function countFromOne(rows: readonly ForeignEpoch[]): ForeignEpoch[] {
  const offset = rows[0]?.epoch === 0 ? 1 : 0;
  return rows.map((row) => ({ ...row, epoch: row.epoch + offset }));
}

function assign(row: MutableRow, key: 'epoch' | 'time', value: number): void {
  row[key] = value;
}

function put(target: Record<string, number>, key: string, value: number): void {
  target[key] = value;
}

type TableReading = {
  /** Rows before this one have already been reported. */
  readonly fromRow: number;
  /** When the last row was written, Unix ms; undefined if it is not known. */
  readonly writtenMs?: number | undefined;
  /** False if the trainer does not validate: its metric cells then repeat old values. */
  readonly hasMetrics: boolean;
};

/** A results.csv has one line an epoch, so an epoch counts as one step there: step = epoch - 1. */
export function recordsOfTable(table: ForeignTable, reading: TableReading): ForeignRecord[] {
  const { fromRow, writtenMs, hasMetrics } = reading;
  const passed = passedTimes(table.rows);
  const times = writtenTimes(passed, writtenMs);
  return table.rows.slice(fromRow).flatMap(({ epoch, loss, lr, metrics }, i) => {
    const row = fromRow + i;
    const rates = Object.fromEntries(table.groups.slice(0, lr.length).map((group, g) => [group, lr[g]]));
    const time = times[row];
    return [
      { kind: 'step' as const, step: epoch - 1, epoch, loss, lr: rates, time },
      {
        kind: 'epoch' as const,
        epoch,
        loss,
        metrics: hasMetrics ? metrics : {},
        seconds: passed[row].seconds,
        ...(time !== undefined && { time }),
      },
    ];
  });
}

type Passed = {
  /** How long the epoch took. */
  readonly seconds: number;
  /** Between the row before and this one; 0 if the row is there again. */
  readonly sinceBefore: number;
};

/**
 * The `time` column counts from the start of a process, so it falls at a resume. NaN without the column. A row that is there
 * again, with its epoch and time, took no time of its own.
 */
function passedTimes(rows: readonly ForeignEpoch[]): Passed[] {
  const known = new Map<string, number>();
  return rows.map(({ epoch, time }, i) => {
    const key = `${epoch} ${time}`;
    const sinceBefore = timeSince(i === 0 ? 0 : rows[i - 1].time, time);
    const seconds = known.get(key) ?? sinceBefore ?? time ?? Number.NaN;
    const isThere = known.has(key);
    known.set(key, seconds);
    return { seconds, sinceBefore: sinceBefore ?? (isThere ? 0 : seconds) };
  });
}

/** Undefined if it is not later: another process counts anew. */
const timeSince = (before = Number.NaN, time = Number.NaN): number | undefined =>
  time > before ? time - before : undefined;

/** Counted back from the last row's time; rows before one without seconds have none. */
function writtenTimes(passed: readonly Passed[], writtenMs: number | undefined): (number | undefined)[] {
  const times: (number | undefined)[] = [];
  let at = writtenMs;
  for (let i = passed.length - 1; i >= 0; i--) {
    times[i] = at;
    const { sinceBefore } = passed[i];
    at = at === undefined || !Number.isFinite(sinceBefore) ? undefined : at - Math.round(sinceBefore * 1000);
  }
  return times;
}

/** Rows up to here are the same in both tables. */
export function sameRows(before: readonly ForeignEpoch[], now: readonly ForeignEpoch[]): number {
  const differs = now.findIndex(
    (row, i) => JSON.stringify(row, asText) !== JSON.stringify(before[i], asText),
  );
  return differs < 0 ? now.length : differs;
}

const asText = (_key: string, value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

const EXPECTED = [
  'epoch',
  'train/box_loss',
  'train/cls_loss',
  'metrics/mAP50(B)',
  'metrics/mAP50-95(B)',
  'lr/pg0',
];
const MOST_SHOWN = 12;

/** Why the columns of a CSV gave no numbers, with the nearest names. */
export function explainColumns(file: string, header: readonly string[], wanted: WantedColumns): Words {
  const shown = header.slice(0, MOST_SHOWN).join(', ') + (header.length > MOST_SHOWN ? ', ...' : '');
  const has =
    header.join('') === ''
      ? words('{0} has no whole line', file)
      : words('{0} has the columns {1}', file, shown);
  const missing = Object.entries(wanted).filter(([, column]) => !header.includes(column));
  if (missing.length > 0) {
    const absent = missing.map(([ours, column]) => meant(`${ours}: ${column}`, nearestName(column, header)));
    return words('{0}; command.metrics names columns that are not there: {1}', has, listed(absent, '; '));
  }
  const near = EXPECTED.flatMap((name) => {
    const found = header.includes(name) ? undefined : nearestName(name, header);
    return found === undefined ? [] : [words('{0} for {1}', found, name)];
  });
  const expected =
    near.length === 0
      ? words('expected epoch, train/..., val/..., metrics/... as Ultralytics writes them')
      : words(
          'expected epoch, train/..., val/..., metrics/... as Ultralytics writes them (near: {0})',
          listed(near, ', '),
        );
  return words(
    '{0}; {1}, or command.metrics with our name and the column, e.g. {epoch: Epoch, loss: train_loss, map: AP}',
    has,
    expected,
  );
}

const meant = (column: string, nearest: string | undefined): Words =>
  nearest === undefined ? quoted(column) : words('{0} (did you mean {1}?)', column, nearest);
