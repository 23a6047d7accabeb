// Reads the objects of a list, such as COCO's annotations, into rows of numbers. Writers give every object the same
// keys in the same order, so the bytes between two values are compared with those of the object before, and read
// properly only where they differ.

import { readNamedId } from './ids';
import { createLeads, type Leads, matchLead, noteLead } from './leads';
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

export type FieldKind = 'number' | 'id' | 'box' | 'skip';
/** A key of interest; its value goes to `column` of the row (a box to four columns). */
export type Field = { readonly name: string; readonly kind: FieldKind; readonly column: number };

export type RecordReader = {
  readonly fields: ReadonlyMap<string, Field>;
  /** Values of the record read last. */
  readonly row: Float64Array;
  /** The fields of the record before, in its order, and the bytes that led up to their values. */
  readonly steps: Field[];
  readonly leads: Leads;
  /** Bits of the columns that the record read last had. */
  seen: number;
};

const SKIP: Field = { name: '', kind: 'skip', column: 31 };
const ROW_COLUMNS = 16;
const CLOSE_OBJECT = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const COMMA = 44;

export function createRecordReader(fields: readonly Field[], scan: Scan): RecordReader {
  const byName = new Map(fields.map((field) => [field.name, field]));
  return {
    fields: byName,
    row: new Float64Array(ROW_COLUMNS),
    steps: [],
    leads: createLeads(scan.bytes),
    seen: 0,
  };
}

export function hasColumn(reader: RecordReader, column: number): boolean {
  return (reader.seen & (1 << column)) !== 0;
}

/** Reads the object at `start` into the reader's row; position after it, or -1. */
export function readRecord(scan: Scan, start: number, reader: RecordReader): number {
  const { steps, leads } = reader;
  let pos = start;
  let count = 0;
  reader.seen = 0;
  for (; count < steps.length; count++) {
    const value = matchLead(leads, count, pos);
    if (value < 0) break;
    pos = readValue(scan, value, reader, steps[count]);
    if (pos < 0) return -1;
  }
  if (count === steps.length && count > 0 && scan.bytes[pos] === CLOSE_OBJECT) return pos + 1;
  return readSlowly(scan, pos, reader, count);
}

/** The rest of an object from its (count+1)th key on, noting the keys for the next record. */
function readSlowly(scan: Scan, start: number, reader: RecordReader, count: number): number {
  reader.steps.length = count;
  let from = start;
  let key = count === 0 ? expectChar(scan, start, '{') : nextItem(scan, start, CLOSE_OBJECT);
  while (key >= 0 && scan.bytes[key] !== CLOSE_OBJECT) {
    from = readMember(scan, from, key, reader);
    key = nextItem(scan, from, CLOSE_OBJECT);
  }
  return key < 0 ? -1 : key + 1;
}

function readMember(scan: Scan, from: number, key: number, reader: RecordReader): number {
  if (scan.bytes[key] !== 34) return fail(scan, key, 'a key in quotes');
  const end = skipString(scan, key);
  const value = expectChar(scan, end, ':');
  if (value < 0) return -1;
  const field = reader.fields.get(stringOf(scan.bytes, key, end)) ?? SKIP;
  if (noteLead(reader.leads, reader.steps.length, from, value)) reader.steps.push(field);
  return readValue(scan, value, reader, field);
}

function readValue(scan: Scan, start: number, reader: RecordReader, field: Field): number {
  const { bytes } = scan;
  const { row } = reader;
  const value = bytes[start] > 32 ? start : skipSpace(bytes, start);
  reader.seen |= 1 << field.column;
  if (field.kind === 'box') return readBox(scan, value, row, field.column);
  if (field.kind === 'skip') return skipValue(scan, value);
  const pos = readNumber(bytes, value, row, field.column);
  if (pos < 0) return readOther(scan, value, row, field);
  if (field.kind === 'number' || Math.abs(row[field.column]) <= Number.MAX_SAFE_INTEGER) return pos;
  return readNamedId(scan, value, row, field.column);
}

/** What stands where a number should: true and false count as 1 and 0, ids may be strings. */
function readOther(scan: Scan, start: number, row: Float64Array, field: Field): number {
  if (field.kind === 'id') return readNamedId(scan, start, row, field.column);
  const word = literalAt(scan.bytes, start);
  if (word === undefined || word === 'null') return fail(scan, start, `a number for "${field.name}"`);
  row[field.column] = word === 'true' || word === 'false' ? Number(word === 'true') : Number(word);
  return start + word.length;
}

function readBox(scan: Scan, start: number, row: Float64Array, column: number): number {
  const { bytes } = scan;
  let pos = readCoordinate(bytes, start, row, column);
  for (let i = 1; i < 4; i++) pos = bytes[pos] === COMMA ? readCoordinate(bytes, pos, row, column + i) : -1;
  return bytes[start] !== OPEN_LIST || bytes[pos] !== CLOSE_LIST
    ? fail(scan, start, '"bbox" as four numbers: x, y, width, height')
    : pos + 1;
}

/** The number after the bracket or comma at `start`; position of what must come next, or -1. */
function readCoordinate(bytes: Uint8Array, start: number, row: Float64Array, column: number): number {
  const pos = readNumber(bytes, skipOne(bytes, start), row, column);
  return pos < 0 ? -1 : separator(bytes, pos);
}

/** Past one bracket or comma, and white space. */
function skipOne(bytes: Uint8Array, start: number): number {
  return bytes[start + 1] > 32 ? start + 1 : skipSpace(bytes, start + 1);
}

/** Position of the comma or bracket that must come next; -1 where another character does. */
function separator(bytes: Uint8Array, start: number): number {
  const pos = bytes[start] > 32 ? start : skipSpace(bytes, start);
  return bytes[pos] === COMMA || bytes[pos] === CLOSE_LIST ? pos : -1;
}
