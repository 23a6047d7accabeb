import { createRecordReader, type Field, hasColumn, type RecordReader, readRecord } from './record';
import { expectChar, fail, nextItem, type Scan, skipString, stringOf } from './scan';

const CLOSE_LIST = 93;
const CLOSE_OBJECT = 125;
const OPEN_OBJECT = 123;
const COMMA = 44;

/** Reads a list of objects and calls back for each with the row filled; `onRecord` returns false to stop. */
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

/** Rows of numbers, one per object; NaN if an object does not have the key. */
export type Rows = { readonly width: number; count: number; values: Float64Array };

export type RowLayout = {
  readonly fields: readonly Field[];
  readonly needed: readonly string[];
  readonly width: number;
};

/** Objects are rarely shorter; if they are, the values grow. Memory that is never written costs nothing. */
const USUAL_BYTES = 100;

/** Reads a list of objects into rows; `name` is the list's in messages. */
export function readRows(
  scan: Scan,
  start: number,
  layout: RowLayout,
  name: string,
): { rows: Rows; end: number } {
  const { width } = layout;
  const reader = createRecordReader(layout.fields, scan);
  const needed = layout.fields.filter((field) => layout.needed.includes(field.name));
  const needs = needed.reduce((bits, field) => bits | (1 << field.column), 0);
  const room = Math.ceil((scan.bytes.length - start) / USUAL_BYTES) + 1;
  const rows: Rows = { width, count: 0, values: new Float64Array(width * room) };
  const end = readRecords(scan, start, reader, (at) => {
    if ((reader.seen & needs) !== needs)
      return refuse(
        scan,
        at,
        needed.filter((field) => !hasColumn(reader, field.column)),
        name,
      );
    const first = width * rows.count++;
    if (first + width > rows.values.length) rows.values = grown(rows.values);
    for (let i = 0; i < width; i++) rows.values[first + i] = reader.row[i];
    return true;
  });
  return { rows, end };
}

function refuse(scan: Scan, at: number, absent: readonly Field[], name: string): boolean {
  fail(scan, at, `"${absent[0].name}" in each of the ${name}`);
  return false;
}

function grown(values: Float64Array): Float64Array {
  const wider = new Float64Array(2 * values.length);
  wider.set(values);
  return wider;
}

export function rowColumn(rows: Rows, column: number): Float64Array {
  const values = new Float64Array(rows.count);
  for (let i = 0; i < rows.count; i++) values[i] = rows.values[i * rows.width + column];
  return values;
}

/** Goes through the members of an object; `onMember` gets each key and the start of its value, and returns its end. */
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
