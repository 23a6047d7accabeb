// Reads the objects of a list, such as COCO's annotations, into rows of numbers.
import { readNamedId } from './ids';
import { readNumber } from './number';
import {
  expectChar,
  fail,
  literalAt,
  nextItem,
  type Scan,
  skipSpace,
  skipString,
  skipValue,
  stringOf,
} from './scan';
import {
  addSlot,
  clearSkeleton,
  closeSkeleton,
  createSkeleton,
  matchLead,
  SKIPPED,
  type Skeleton,
} from './skeleton';

export type FieldKind = 'number' | 'id' | 'box';
/** A key of interest; its value goes to `column` of the row (a box to four columns). */
export type Field = { readonly name: string; readonly kind: FieldKind; readonly column: number };

export type RecordReader = {
  readonly fields: ReadonlyMap<string, Field>;
  readonly skeleton: Skeleton;
  /** Values of the last record; NaN if it has none. */
  readonly row: Float64Array;
  /** Start of the bytes that lead up to the next value. */
  leadStart: number;
  /** Bits of the columns that the last record had; a box has the bit of its first. */
  seen: number;
};

const ROW_COLUMNS = 16;
const QUOTE = 34;
const CLOSE_OBJECT = 125;
const COMMA = 44;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;

export function createRecordReader(fields: readonly Field[], scan: Scan): RecordReader {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const row = new Float64Array(ROW_COLUMNS).fill(Number.NaN);
  return { fields: byName, row, skeleton: createSkeleton(scan.bytes), leadStart: 0, seen: 0 };
}

export function hasColumn(reader: RecordReader, column: number): boolean {
  return (reader.seen & (1 << column)) !== 0;
}

/** Reads the object at `start` into the reader's row; position after it, or -1. */
export function readRecord(scan: Scan, start: number, reader: RecordReader): number {
  const { skeleton, row } = reader;
  const { slots, column } = skeleton;
  let pos = skeleton.complete ? start : -1;
  for (let slot = 0; slot < slots && pos >= 0; slot++) {
    const value = matchLead(skeleton, slot, pos);
    pos = value < 0 ? -1 : readSlot(scan, value, row, column[slot]);
  }
  const end = pos < 0 ? -1 : matchLead(skeleton, slots, pos);
  return end < 0 ? readSlowly(scan, start, reader) : end;
}

function readSlot(scan: Scan, start: number, row: Float64Array, column: number): number {
  if (column === SKIPPED) return skipValue(scan, start);
  const pos = readNumber(scan.bytes, start, row, column);
  // An id of more digits than a double holds must be read as a name.
  return Math.abs(row[column]) <= Number.MAX_SAFE_INTEGER ? pos : -1;
}

/** Any object, whatever its white space, order and escapes; the next one is compared with its skeleton. */
function readSlowly(scan: Scan, start: number, reader: RecordReader): number {
  clearSkeleton(reader.skeleton);
  reader.row.fill(Number.NaN);
  reader.seen = 0;
  reader.leadStart = start;
  let key = expectChar(scan, start, '{');
  while (key >= 0 && scan.bytes[key] !== CLOSE_OBJECT) {
    key = nextItem(scan, readMember(scan, key, reader), CLOSE_OBJECT);
  }
  if (key < 0) return -1;
  closeSkeleton(reader.skeleton, reader.leadStart, key + 1);
  return key + 1;
}

function readMember(scan: Scan, key: number, reader: RecordReader): number {
  if (scan.bytes[key] !== QUOTE) return fail(scan, key, 'a key in quotes');
  const end = skipString(scan, key);
  const value = expectChar(scan, end, ':');
  if (value < 0) return -1;
  const field = reader.fields.get(stringOf(scan.bytes, key, end));
  if (field !== undefined) reader.seen |= 1 << field.column;
  if (field?.kind === 'box') return readBox(scan, value, reader, field.column);
  addSlot(reader.skeleton, reader.leadStart, value, field?.column ?? SKIPPED);
  reader.leadStart = field === undefined ? skipValue(scan, value) : readValue(scan, value, reader.row, field);
  return reader.leadStart;
}

function readValue(scan: Scan, start: number, row: Float64Array, field: Field): number {
  const pos = readNumber(scan.bytes, start, row, field.column);
  if (field.kind === 'number') return pos < 0 ? readLiteral(scan, start, row, field) : pos;
  const plain = pos >= 0 && Math.abs(row[field.column]) <= Number.MAX_SAFE_INTEGER;
  return plain ? pos : readNamedId(scan, start, row, field.column);
}

/** What Python writes for numbers that JSON does not have; true and false count as 1 and 0. */
function readLiteral(scan: Scan, start: number, row: Float64Array, { name, column }: Field): number {
  const word = literalAt(scan.bytes, start);
  if (word === undefined || word === 'null') return fail(scan, start, `a number for "${name}"`);
  row[column] = word === 'true' || word === 'false' ? Number(word === 'true') : Number(word);
  return start + word.length;
}

/** Four numbers; the closing bracket is part of what leads up to the next value. */
function readBox(scan: Scan, start: number, reader: RecordReader, column: number): number {
  const { bytes } = scan;
  let pos = readCoordinate(bytes, start, reader, column);
  for (let i = 1; i < 4; i++)
    pos = bytes[pos] === COMMA ? readCoordinate(bytes, pos, reader, column + i) : -1;
  return bytes[start] !== OPEN_LIST || bytes[pos] !== CLOSE_LIST ? failBox(scan, start) : pos + 1;
}

/** The number after the bracket or comma at `start`; position of what comes next, or -1. */
function readCoordinate(bytes: Uint8Array, start: number, reader: RecordReader, column: number): number {
  const value = skipSpace(bytes, start + 1);
  addSlot(reader.skeleton, reader.leadStart, value, column);
  reader.leadStart = readNumber(bytes, value, reader.row, column);
  return reader.leadStart < 0 ? -1 : skipSpace(bytes, reader.leadStart);
}

function failBox(scan: Scan, start: number): number {
  return fail(scan, start, '"bbox" as four numbers: x, y, width, height');
}
