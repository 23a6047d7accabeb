// results.csv of Ultralytics and YOLOv5: one line an epoch, columns by name, never by position. Sources: Ultralytics
// engine/trainer.py (unpadded since v8.3.9, 0-based before about v8.0.170), yolov5 utils/loggers (padded, 0-based).

import { type Words, words } from '../../base/words';
import {
  type ColumnPlace,
  type CsvColumns,
  columnsOf,
  csvCells,
  delimiterOf,
  isEpoch,
  parseCell,
  type WantedColumns,
} from './csv-columns';
import { type ForeignRecord, unexpected, wholeFrom } from './record';

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
  /** What is wrong with the first line that is left out, if one is. */
  readonly refused: Words | undefined;
};

type MutableRow = {
  epoch: number;
  time: number | undefined;
  loss: Record<string, number>;
  metrics: Record<string, number>;
  lr: number[];
};

/**
 * Reads the whole lines of a results.csv; a last line without its newline is still being written and is left out. A process that
 * appends to the file of another one repeats the header, or writes one with other columns: it holds for the lines behind it.
 */
export function parseResultsCsv(text: string, wanted: WantedColumns = {}): ForeignTable {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).replace(/^\uFEFF/, '');
  const [first, ...lines] = whole
    .split(/\r?\n/)
    .map((line, i) => ({ line, place: i + 1 }))
    .filter(({ line }) => line.trim() !== '');
  const delimiter = delimiterOf(first?.line ?? '');
  let columns = columnsOf(csvCells(first?.line ?? '', delimiter), wanted);
  const rows = new Rows();
  const problems = [...columns.problems];
  for (const { line, place } of lines) {
    const values = csvCells(line, delimiter);
    if (isHeader(values, columns)) {
      columns = columnsOf(values, wanted);
      problems.push(...columns.problems);
    } else if (columns.hasEpochs) rows.add(values, columns, { delimiter, place });
  }
  const places = columns.places.filter((one) => one !== undefined);
  return {
    header: columns.header,
    groups: places.filter(({ to }) => to === 'lr').map(({ name }) => name),
    rows: rows.all,
    problems: [...problems, ...rows.problems],
    refused: rows.refused,
  };
}

/** No number is the name of a column. */
const isHeader = (values: readonly string[], { header }: CsvColumns): boolean =>
  values[0] !== '' && header.includes(values[0]);

type LineAt = { readonly delimiter: string; readonly place: number };

/** The rows of a file in their order, and what is wrong with its lines. */
class Rows {
  readonly all: ForeignEpoch[] = [];
  readonly problems: Words[] = [];
  refused: Words | undefined;
  readonly #seen = new Set<number>();
  /** The first line of a file shows its base: the first epoch is 0 only if counting starts there. */
  #base: 0 | 1 | undefined;

  add(values: readonly string[], columns: CsvColumns, { delimiter, place }: LineAt): void {
    if (values.length !== columns.header.length) {
      this.#refuse(words('line {0}: expected {1} columns as in the header', place, columns.header.length));
      return;
    }
    const { row, strange } = readRow(values, columns, delimiter);
    const base = this.#base ?? (row.epoch === 0 ? 0 : 1);
    if (!Number.isSafeInteger(row.epoch) || row.epoch < base) {
      const shown = shownCell(values[columns.places.findIndex(isEpoch)]);
      this.#refuse(atLine(place, unexpected('epoch', shown, wholeFrom(this.#base ?? 0))));
      return;
    }
    this.#base = base;
    this.problems.push(...strange.map((said) => atLine(place, said)));
    this.#push({ ...row, epoch: row.epoch + 1 - base }, place);
  }

  #refuse(said: Words): void {
    this.refused ??= said;
    this.problems.push(said);
  }

  /** A resumed process does epochs again that are there; one that was never there and comes late is out of order. */
  #push(row: ForeignEpoch, place: number): void {
    const before = this.all.at(-1)?.epoch ?? 0;
    if (row.epoch < before && !this.#seen.has(row.epoch))
      this.problems.push(
        words(
          'line {0}: epoch {1} comes after epoch {2}: epochs are expected in ascending order, and those above {1} that came before this line do not count',
          ...[place, row.epoch, before],
        ),
      );
    this.#seen.add(row.epoch);
    this.all.push(row);
  }
}

const atLine = (place: number, said: Words): Words => words('line {0}: {1}', place, said);
const shownCell = (text: string): string => (text === '' ? '""' : text.slice(0, MOST_SHOWN));
const MOST_SHOWN = 50;

type RowReading = { readonly row: MutableRow; readonly strange: readonly Words[] };

function readRow(values: readonly string[], { header, places }: CsvColumns, delimiter: string): RowReading {
  const row: MutableRow = { epoch: Number.NaN, time: undefined, loss: {}, metrics: {}, lr: [] };
  const strange: Words[] = [];
  for (const [i, place] of places.entries()) {
    if (place === undefined) continue;
    const cell = readCell(values[i], delimiter);
    putCell(row, place, cell);
    if (cell.isStrange && !isEpoch(place))
      strange.push(unexpected(header[i], shownCell(values[i]), words('a number')));
  }
  return { row, strange };
}

type Cell = { readonly value: number; readonly isNumber: boolean; readonly isStrange: boolean };

/** A cell that is empty or no number is not one that is NaN. */
function readCell(text: string, delimiter: string): Cell {
  const value = parseCell(delimiter === ',' ? text : text.replace(',', '.'));
  const isNumber = !Number.isNaN(value) || /^[+-]?nan$/i.test(text);
  return { value, isNumber, isStrange: !isNumber && text !== '' };
}

function putCell(row: MutableRow, { to, name }: ColumnPlace, { value, isNumber }: Cell): void {
  if (to === 'epoch') row.epoch = value;
  else if (to === 'time') row.time = value;
  // Rates are told apart by their order.
  else if (to === 'lr') row.lr.push(value);
  else if (isNumber) row[to][name] = value;
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
