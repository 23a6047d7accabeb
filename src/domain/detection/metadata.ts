/** What an exported model says about itself; all of it may be absent (facts A5). */
export type ModelMetadata = {
  readonly names: readonly string[] | undefined;
  /** Height and width. */
  readonly imgsz: readonly [number, number] | undefined;
  readonly stride: number | undefined;
  readonly task: string | undefined;
  /** The output has been through NMS: an end-to-end head, or exported with nms=True. */
  readonly finished: boolean | undefined;
};

/** Reads Ultralytics' metadata properties: strings in Python's literal syntax, not JSON. */
export function parseMetadata(properties: ReadonlyMap<string, string>): ModelMetadata {
  const literal = (key: string): PythonValue | undefined => {
    const text = properties.get(key);
    return text === undefined ? undefined : parsePythonLiteral(text);
  };
  const stride = literal('stride');
  return {
    names: namesOf(literal('names')),
    imgsz: sizeOf(literal('imgsz')),
    stride: typeof stride === 'number' ? stride : undefined,
    task: properties.get('task'),
    finished: finishedOf(literal('end2end'), literal('args')),
  };
}

function namesOf(value: PythonValue | undefined): readonly string[] | undefined {
  if (Array.isArray(value)) return value.map(String);
  if (!(value instanceof Map)) return undefined;
  const entries = [...value].sort(([a], [b]) => Number(a) - Number(b));
  const whole = entries.every(([key], index) => Number(key) === index);
  return whole ? entries.map(([, name]) => String(name)) : undefined;
}

function sizeOf(value: PythonValue | undefined): readonly [number, number] | undefined {
  const list = typeof value === 'number' ? [value, value] : value;
  if (!Array.isArray(list) || list.length !== 2) return undefined;
  const [height, width] = list.map(Number);
  return height > 0 && width > 0 ? [height, width] : undefined;
}

function finishedOf(end2end: PythonValue | undefined, args: PythonValue | undefined): boolean | undefined {
  const nms = args instanceof Map ? args.get('nms') : undefined;
  if (end2end === true || nms === true) return true;
  return end2end === undefined && nms === undefined ? undefined : false;
}

/** What a Python literal of dicts, lists, tuples, strings, numbers, booleans and None becomes; dicts are maps. */
export type PythonValue =
  | string
  | number
  | boolean
  | null
  | readonly PythonValue[]
  | ReadonlyMap<string, PythonValue>;

type Reader = { readonly text: string; at: number };

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\x07',
  b: '\b',
};
const WORDS = new Map<string, PythonValue>([
  ['True', true],
  ['False', false],
  ['None', null],
  ['inf', Number.POSITIVE_INFINITY],
  ['nan', Number.NaN],
]);
const CODE_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const MOST_DEPTH = 32;

/** Parses a Python literal, the syntax of the metadata in exported models; undefined if it is not one. */
export function parsePythonLiteral(text: string): PythonValue | undefined {
  const reader: Reader = { text, at: 0 };
  const value = readValue(reader, 0);
  skipSpace(reader);
  return reader.at === text.length ? value : undefined;
}

function readValue(reader: Reader, depth: number): PythonValue | undefined {
  skipSpace(reader);
  const c = reader.text[reader.at];
  if (c === undefined || depth > MOST_DEPTH) return undefined;
  if (c === '"' || c === "'") return readString(reader, c);
  if (c === '[') return readItems(reader, ']', depth);
  if (c === '(') return readItems(reader, ')', depth);
  return c === '{' ? readDict(reader, depth) : readWord(reader);
}

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at++;
}

/** Skips `token` if it comes next. */
function take(reader: Reader, token: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== token) return false;
  reader.at++;
  return true;
}

function readString(reader: Reader, quote: string): string | undefined {
  let out = '';
  for (reader.at++; reader.at < reader.text.length; reader.at++) {
    const c = reader.text[reader.at];
    if (c === quote) {
      reader.at++;
      return out;
    }
    out += c === '\\' ? readEscape(reader) : c;
  }
  return undefined;
}

function readEscape(reader: Reader): string {
  const c = reader.text[++reader.at] ?? '';
  const length = CODE_LENGTH[c];
  if (length === undefined) return ESCAPES[c] ?? c;
  const code = Number.parseInt(reader.text.slice(reader.at + 1, reader.at + 1 + length), 16);
  reader.at += length;
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function readItems(reader: Reader, end: string, depth: number): readonly PythonValue[] | undefined {
  const items: PythonValue[] = [];
  const whole = readSequence(reader, end, () => {
    const item = readValue(reader, depth + 1);
    if (item !== undefined) items.push(item);
    return item !== undefined;
  });
  return whole ? items : undefined;
}

function readDict(reader: Reader, depth: number): ReadonlyMap<string, PythonValue> | undefined {
  const items = new Map<string, PythonValue>();
  const whole = readSequence(reader, '}', () => {
    const key = readValue(reader, depth + 1);
    const value = take(reader, ':') ? readValue(reader, depth + 1) : undefined;
    if (key !== undefined && value !== undefined) items.set(String(key), value);
    return key !== undefined && value !== undefined;
  });
  return whole ? items : undefined;
}

/** Items between brackets, separated by commas; a comma may follow the last. */
function readSequence(reader: Reader, end: string, readOne: () => boolean): boolean {
  reader.at++;
  while (!take(reader, end)) {
    if (!readOne()) return false;
    if (!take(reader, ',')) return take(reader, end);
  }
  return true;
}

function readWord(reader: Reader): PythonValue | undefined {
  const word = /^[-+\w.]+/.exec(reader.text.slice(reader.at))?.[0];
  if (word === undefined) return undefined;
  reader.at += word.length;
  if (WORDS.has(word)) return WORDS.get(word);
  const number = Number(word.replaceAll('_', ''));
  return Number.isNaN(number) ? undefined : number;
}
