import { endOfNumber, textOf } from './number';
import { fail, type IdNames, type Scan, skipString, stringOf } from './scan';

/** Ids that a double cannot hold are stored as numbers from here on: no JSON integer in practice comes near. */
const NAMED_FROM = 2 ** 1000;
const NAMED_STEP = 2 ** 948;

/** An id that is not a plain integer below 2^53: a string, or an integer of more digits. */
export function readNamedId(scan: Scan, start: number, out: Float64Array, index: number): number {
  const { bytes } = scan;
  const text = bytes[start] === 34;
  const end = text ? skipString(scan, start) : endOfNumber(bytes, start);
  if (end < 0) return fail(scan, start, 'an id (an integer or a string)');
  out[index] = codeOf(scan.names, text ? `"${stringOf(bytes, start, end)}` : textOf(bytes, start, end));
  return end;
}

function codeOf(names: IdNames, text: string): number {
  const known = names.codes.get(text);
  if (known !== undefined) return known;
  const code = NAMED_FROM + names.texts.length * NAMED_STEP;
  names.codes.set(text, code);
  names.texts.push(text);
  return code;
}

export function isNamed(id: number): boolean {
  return id >= NAMED_FROM;
}

/** An id as its file wrote it. */
export function idText(names: IdNames, id: number): string {
  if (!isNamed(id)) return String(id);
  const text = names.texts[(id - NAMED_FROM) / NAMED_STEP];
  return text.startsWith('"') ? `${text}"` : text;
}

/** Distinct ids in ascending order: numbers by value, then strings. */
export function distinctIds(ids: Float64Array, names: IdNames): Float64Array {
  const sorted = names.texts.length === 0 ? ids.slice().sort() : ids.slice().sort(byName(names));
  return sorted.filter((id, i) => i === 0 || id !== sorted[i - 1]);
}

function byName(names: IdNames): (a: number, b: number) => number {
  return (a, b) => {
    const [x, y] = [sortable(names, a), sortable(names, b)];
    const [textX, textY] = [typeof x === 'string', typeof y === 'string'];
    if (textX !== textY) return textX ? 1 : -1;
    return Number(x > y) - Number(x < y);
  };
}

function sortable(names: IdNames, id: number): number | bigint | string {
  if (!isNamed(id)) return id;
  const text = idText(names, id);
  return text.startsWith('"') || !/^-?\d+$/.test(text) ? text : BigInt(text);
}

/** Finds the position of an id among distinct ascending ones; -1 if it is not one of them. */
export type IdIndex = { readonly size: number; find(id: number): number };

/** Ids within a range of this many times their number are looked up in a table, others in a Map. */
const TABLE_SPREAD = 256;
const SMALL_TABLE = 65536;

export function createIdIndex(ids: Float64Array): IdIndex {
  const low = ids.length > 0 ? ids[0] : 0;
  const span = ids.length > 0 ? ids[ids.length - 1] - low + 1 : 0;
  const whole = ids.every((id) => Number.isSafeInteger(id));
  return whole && span <= TABLE_SPREAD * ids.length + SMALL_TABLE
    ? tableIndex(ids, low, span)
    : mapIndex(ids);
}

function tableIndex(ids: Float64Array, low: number, span: number): IdIndex {
  const table = new Int32Array(span).fill(-1);
  ids.forEach((id, i) => {
    table[id - low] = i;
  });
  const find = (id: number): number => {
    const place = (id - low) | 0;
    // A fraction, or a number out of the range of 32 bits, does not come back the same.
    return place >= 0 && place < table.length && place + low === id ? table[place] : -1;
  };
  return { size: ids.length, find };
}

function mapIndex(ids: Float64Array): IdIndex {
  const places = new Map<number, number>();
  ids.forEach((id, i) => {
    places.set(id, i);
  });
  return { size: ids.length, find: (id) => places.get(id) ?? -1 };
}
