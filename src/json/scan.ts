import { endOfNumber, textOf } from './number';

/** A JSON text being read. Reading functions return the next position, or -1 once `failure` says what was expected. */
export type Scan = {
  readonly bytes: Uint8Array;
  /** Ids that are strings, or integers beyond 2^53, by the number that replaces them. */
  readonly names: IdNames;
  failure: { readonly at: number; readonly expected: string } | undefined;
};

export type IdNames = { readonly codes: Map<string, number>; readonly texts: string[] };

const QUOTE = 34;
const BACKSLASH = 92;

export function createNames(): IdNames {
  return { codes: new Map(), texts: [] };
}

export function createScan(bytes: Uint8Array, names: IdNames): Scan {
  return { bytes, names, failure: undefined };
}

/** Records what was expected; the first failure stays. */
export function fail(scan: Scan, at: number, expected: string): number {
  scan.failure ??= { at, expected };
  return -1;
}

/** Start of the text: past a byte order mark and white space. */
export function startOf(scan: Scan): number {
  const { bytes } = scan;
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return skipSpace(bytes, mark ? 3 : 0);
}

export function skipSpace(bytes: Uint8Array, start: number): number {
  let pos = start;
  while (isSpace(bytes[pos])) pos++;
  return pos;
}

function isSpace(c: number): boolean {
  return c === 32 || c === 10 || c === 13 || c === 9;
}

/** The position itself if only white space follows. */
export function expectEnd(scan: Scan, start: number): number {
  if (start < 0) return -1;
  const pos = skipSpace(scan.bytes, start);
  return pos < scan.bytes.length ? fail(scan, pos, 'nothing more') : start;
}

/** Past one character, with white space before and after it. */
export function expectChar(scan: Scan, start: number, char: string): number {
  if (start < 0) return -1;
  const pos = skipSpace(scan.bytes, start);
  if (scan.bytes[pos] !== char.charCodeAt(0)) return fail(scan, pos, `"${char}"`);
  return skipSpace(scan.bytes, pos + 1);
}

/** After a value: past a comma to the next one, or `end` unread if the list or object closes. */
export function nextItem(scan: Scan, start: number, close: number): number {
  if (start < 0) return -1;
  const pos = skipSpace(scan.bytes, start);
  if (scan.bytes[pos] === close) return pos;
  if (scan.bytes[pos] !== 44) return fail(scan, pos, `"," or "${String.fromCharCode(close)}"`);
  const next = skipSpace(scan.bytes, pos + 1);
  return scan.bytes[next] === close ? fail(scan, next, 'a value after ","') : next;
}

/** Position after the string that begins at `start`. */
export function skipString(scan: Scan, start: number): number {
  const { bytes } = scan;
  const end = bytes.length;
  let pos = start + 1;
  while (pos < end && bytes[pos] !== QUOTE) pos += bytes[pos] === BACKSLASH ? 2 : 1;
  return pos < end ? pos + 1 : fail(scan, end, 'the end of a string');
}

/** The string between the quotes of a span, escapes and UTF-8 decoded. */
export function stringOf(bytes: Uint8Array, start: number, end: number): string {
  const raw = textOf(bytes, start + 1, end - 1);
  const plain = /^[\x20-\x7e]*$/.test(raw);
  return plain && !raw.includes('\\') ? raw : decode(raw);
}

/** Bytes as Latin-1 text to the string they spell; invalid UTF-8 or escapes stay as they are. */
function decode(raw: string): string {
  try {
    const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
    return JSON.parse(`"${decodeURIComponent(raw.replace(/[^\x20-\x24\x26-\x7e]/g, percent))}"`);
  } catch {
    return raw;
  }
}

/** Past any value of any kind. */
export function skipValue(scan: Scan, start: number): number {
  const c = scan.bytes[start];
  if (c === QUOTE) return skipString(scan, start);
  if (c === 91 || c === 123) return skipNested(scan, start);
  return skipScalar(scan, start);
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: per byte over segmentations, most of a COCO file
function skipNested(scan: Scan, start: number): number {
  const { bytes } = scan;
  const end = bytes.length;
  let depth = 0;
  let pos = start;
  while (pos < end) {
    const c = bytes[pos];
    if (c === QUOTE) {
      pos = skipString(scan, pos);
      if (pos < 0) return -1;
      continue;
    }
    pos++;
    // [ { differ from ] } in these bits: 0x5b 0x7b, 0x5d 0x7d.
    if ((c & 0xdf) === 0x5b) depth++;
    else if ((c & 0xdf) === 0x5d && --depth === 0) return pos;
  }
  return fail(scan, end, 'the end of a list or object');
}

const LITERALS = ['true', 'false', 'null', 'NaN', 'Infinity', '-Infinity'];

function skipScalar(scan: Scan, start: number): number {
  const end = endOfNumber(scan.bytes, start);
  if (end >= 0) return end;
  const word = literalAt(scan.bytes, start);
  return word === undefined ? fail(scan, start, 'a value') : start + word.length;
}

/** JSON's literals, and those that Python's json module writes besides. */
export function literalAt(bytes: Uint8Array, start: number): string | undefined {
  return LITERALS.find((word) => textOf(bytes, start, start + word.length) === word);
}
