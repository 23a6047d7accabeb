// results.csv of Ultralytics and YOLOv5: one line an epoch, columns by name, never by position. Sources: Ultralytics
// engine/trainer.py (unpadded since v8.3.9, 0-based before about v8.0.170), yolov5 utils/loggers (padded, 0-based).

import { type Words, words } from '../../base/words';
import { classifyTag } from './scalar-table';

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

const METRIC_NAMES: ReadonlyMap<string, string> = new Map([
  ['precision', 'precision'],
  ['recall', 'recall'],
  ['mAP50', 'map50'],
  ['mAP_0.5', 'map50'],
  ['mAP50-95', 'map'],
  ['mAP_0.5:0.95', 'map'],
]);

/** Our name of a number -> the column that has it; these are read beside the columns that Ultralytics and YOLOv5 write. */
export type WantedColumns = Readonly<Record<string, string>>;

/** Reads the whole lines of a results.csv; a last line without its newline is still being written and is left out. */
export function parseResultsCsv(text: string, wanted: WantedColumns = {}): ForeignTable {
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const header = cells(lines[0] ?? '');
  const named = new Map(Object.entries(wanted).map(([ours, column]) => [column, ours]));
  const columns = header.map((name) => wantedColumn(named.get(name)) ?? columnOf(name));
  const groups = header
    .filter((name) => isLr(named.get(name)) || /^(lr\/pg|x\/lr)\d+$/.test(name))
    .map((name) => named.get(name) ?? name.replace(/^(lr|x)\//, ''));
  const rows: ForeignEpoch[] = [];
  const problems: Words[] = [];
  for (const [index, line] of lines.slice(1).entries()) {
    const row = readRow(cells(line), columns);
    if (row === undefined)
      problems.push(words('line {0}: expected {1} columns as in the header', index + 2, header.length));
    else rows.push(row);
  }
  return { header, groups, rows: countFromOne(rows), problems };
}

const isLr = (ours: string | undefined): boolean => ours !== undefined && classifyTag(ours)?.kind === 'lr';

function cells(line: string): string[] {
  return line.split(',').map((cell) => cell.trim());
}

function columnOf(name: string): SetColumn | undefined {
  if (name === 'epoch') return (row, value) => assign(row, 'epoch', value);
  if (name === 'time') return (row, value) => assign(row, 'time', value);
  const [group, key = ''] = name.split('/');
  if (group === 'train') return (row, value) => put(row.loss, key.replace(/_loss$/, ''), value);
  if (group === 'val') return (row, value) => put(row.metrics, `val_${key.replace(/_loss$/, '')}`, value);
  if (group === 'metrics') return (row, value) => put(row.metrics, metricName(key), value);
  if (group === 'lr' || group === 'x') return (row, value) => row.lr.push(value);
  return undefined;
}

/** The meaning of one of our names: epoch, a loss, or a metric. */
function wantedColumn(ours: string | undefined): SetColumn | undefined {
  if (ours === undefined) return undefined;
  const { kind, name } = classifyTag(ours) ?? { kind: 'metric' as const, name: ours };
  if (kind === 'epoch') return (row, value) => assign(row, 'epoch', value);
  if (kind === 'lr') return (row, value) => row.lr.push(value);
  return (row, value) => put(kind === 'loss' ? row.loss : row.metrics, name, value);
}

/** `mAP50(B)` is map50 of the boxes; masks (M) and poses (P) keep their letter. */
function metricName(key: string): string {
  const match = /^(.*?)(?:\(([A-Z])\))?$/.exec(key);
  const name = METRIC_NAMES.get(match?.[1] ?? key) ?? match?.[1] ?? key;
  const kind = match?.[2];
  return kind === undefined || kind === 'B' ? name : `${name}_${kind.toLowerCase()}`;
}

function readRow(
  values: readonly string[],
  columns: readonly (SetColumn | undefined)[],
): ForeignEpoch | undefined {
  if (values.length !== columns.length) return undefined;
  const row: MutableRow = { epoch: Number.NaN, time: undefined, loss: {}, metrics: {}, lr: [] };
  for (const [i, value] of values.entries()) columns[i]?.(row, parseCell(value));
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
