import { type PythonValue, parsePythonLiteral } from './python-literal';

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
