import { createRecordReader, type Field, hasColumn, type RecordReader, readRecord } from './record';
import { expectChar, fail, nextItem, type Scan, skipString, stringOf } from './scan';

const CLOSE_LIST = 93;
const CLOSE_OBJECT = 125;
const OPEN_OBJECT = 123;
const COMMA = 44;

/** Reads a list of objects, telling of each with the row filled; `onRecord` returns false to stop. */
export function readRecords(
  scan: Scan,
  start: number,
  reader: RecordReader,
  onRecord: (at: number) => boolean,
): number {
  let pos = expectChar(scan, start, '[');
  while (pos >= 0 && scan.bytes[pos] !== CLOSE_LIST) {
    const after = readRecord(scan, pos, reader);
    pos = after >= 0 && onRecord(pos) ? nextRecord(scan, after) : -1;
  }
  return pos < 0 ? -1 : pos + 1;
}

function nextRecord(scan: Scan, pos: number): number {
  const { bytes } = scan;
  return bytes[pos] === COMMA && bytes[pos + 1] === OPEN_OBJECT ? pos + 1 : nextItem(scan, pos, CLOSE_LIST);
}

/** Rows of numbers, one per object; NaN where an object has not the key. */
export type Rows = { readonly width: number; count: number; values: Float64Array };

export type RowLayout = {
  readonly fields: readonly Field[];
  readonly needed: readonly string[];
  readonly width: number;
};

/** Usual number of rows; more make the values grow. */
const FIRST_ROWS = 1024;

/** Reads a list of objects into rows; `name` is the list's in messages. */
export function readRows(
  scan: Scan,
  start: number,
  layout: RowLayout,
  name: string,
): { rows: Rows; end: number } {
  const reader = createRecordReader(layout.fields, scan);
  const needed = layout.fields.filter((field) => layout.needed.includes(field.name));
  const rows: Rows = { width: layout.width, count: 0, values: new Float64Array(layout.width * FIRST_ROWS) };
  const end = readRecords(scan, start, reader, (at) => {
    addRow(rows, reader.row);
    reader.row.fill(Number.NaN);
    const absent = needed.find((field) => !hasColumn(reader, field.column));
    return absent === undefined || fail(scan, at, `"${absent.name}" in each of the ${name}`) > 0;
  });
  return { rows, end };
}

function addRow(rows: Rows, row: Float64Array): void {
  const start = rows.width * rows.count++;
  if (start + rows.width > rows.values.length) {
    const wider = new Float64Array(2 * rows.values.length);
    wider.set(rows.values);
    rows.values = wider;
  }
  for (let i = 0; i < rows.width; i++) rows.values[start + i] = row[i];
}

export function rowColumn(rows: Rows, column: number): Float64Array {
  const values = new Float64Array(rows.count);
  for (let i = 0; i < rows.count; i++) values[i] = rows.values[i * rows.width + column];
  return values;
}

/** Walks the members of an object; `onMember` gets each key and where its value starts, and returns where it ends. */
export function readMembers(
  scan: Scan,
  start: number,
  onMember: (key: string, value: number) => number,
): number {
  let pos = expectChar(scan, start, '{');
  while (pos >= 0 && scan.bytes[pos] !== CLOSE_OBJECT) {
    pos = nextItem(scan, readMember(scan, pos, onMember), CLOSE_OBJECT);
  }
  return pos < 0 ? -1 : pos + 1;
}

function readMember(scan: Scan, start: number, onMember: (key: string, value: number) => number): number {
  if (scan.bytes[start] !== 34) return fail(scan, start, 'a key in quotes');
  const end = skipString(scan, start);
  const value = expectChar(scan, end, ':');
  return value < 0 ? -1 : onMember(stringOf(scan.bytes, start, end), value);
}
