import { nearestName } from '../../base/suggest';
import { type Words, words } from '../../base/words';
import { asking, checkValue } from '../experiment/check-entries';
import { expectedWords, shown } from '../experiment/describe-value';
import type { KeySpec } from '../experiment/key-spec';
import { KEYS, keySpec } from '../experiment/key-table';
import type { SearchDimension, SettingValue, ValueRange } from './types';

export type ReadDimension = { readonly dimension: SearchDimension } | { readonly said: Words };

/** Their values cannot differ among trials that are to be compared at equal epochs, on one val set. */
const NOT_VARIED: ReadonlySet<string> = new Set(['epochs', 'time', 'data', 'trainer', 'seed', 'resume']);
const RANGES = ['log', 'uniform', 'int'] as const;
const WORDS_OF_RANGE: readonly string[] = [...RANGES, 'choice', 'points', 'if'];
/** How many values of a range a grid takes unless the file says. */
const GRID_POINTS = 3;

type Fields = Readonly<Record<string, unknown>>;

/** `lr0: { log: [0.001, 0.1] }`, `batch: [8, 16]` as a dimension, or what is wrong with it. */
export function readDimension(key: string, value: unknown): ReadDimension {
  const spec = keySpec(key);
  if (spec === undefined) {
    const names = KEYS.map((one) => one.key);
    return { said: asking(words('unknown key of an experiment'), nearestName(key, names)) };
  }
  if (NOT_VARIED.has(key))
    return { said: words('cannot be varied: trials are compared at equal epochs on one val set') };
  const fields = Array.isArray(value) ? { choice: value } : value;
  if (typeof fields !== 'object' || fields === null)
    return {
      said: words('expected a list of values or a range such as {0}, but got {1}', EXAMPLE, shown(value)),
    };
  return readFields(spec, fields as Fields);
}

const EXAMPLE = '{ log: [0.001, 0.1] }';

function readFields(spec: KeySpec, fields: Fields): ReadDimension {
  const unknown = Object.keys(fields).find((name) => !WORDS_OF_RANGE.includes(name));
  if (unknown !== undefined)
    return {
      said: asking(words('{0} is not part of a range', unknown), nearestName(unknown, WORDS_OF_RANGE)),
    };
  const range = readRange(spec, fields);
  if ('said' in range) return range;
  const points = readPoints(fields.points);
  if (typeof points === 'object') return points;
  const condition = readCondition(fields.if);
  if (condition !== undefined && 'said' in condition) return condition;
  const onlyIf = condition && { onlyIf: condition };
  return { dimension: { key: spec.key, range, points, ...onlyIf } };
}

type Refusal = { readonly said: Words };

function readRange(spec: KeySpec, fields: Fields): ValueRange | Refusal {
  const kinds = [...RANGES, 'choice' as const].filter((kind) => fields[kind] !== undefined);
  const [kind] = kinds;
  if (kinds.length !== 1 || kind === undefined)
    return { said: words('expected one of log, uniform, int and choice, but got {0}', kinds.length) };
  const values = fields[kind];
  if (!Array.isArray(values) || values.length === 0)
    return { said: words('expected a list of values, but got {0}', shown(values)) };
  const bad = values.find((value) => !checkValue(spec, value).ok);
  if (bad !== undefined) return { said: words('expected {0}, but got {1}', expectedWords(spec), shown(bad)) };
  return kind === 'choice' ? { kind, values: values as SettingValue[] } : bounded(spec, kind, values);
}

function bounded(
  spec: KeySpec,
  kind: (typeof RANGES)[number],
  [low, high, ...more]: readonly unknown[],
): ValueRange | Refusal {
  const ordered = typeof low === 'number' && typeof high === 'number' && low < high && more.length === 0;
  if (!ordered) return { said: words('expected two numbers, the lower one first') };
  return unfit(spec, kind, low, high) ?? { kind, low, high };
}

function unfit(
  { kind: takes }: KeySpec,
  kind: (typeof RANGES)[number],
  low: number,
  high: number,
): Refusal | undefined {
  if (kind === 'log' && low <= 0) return { said: words('a log range begins above 0, but got {0}', low) };
  if (kind === 'int' && !(Number.isInteger(low) && Number.isInteger(high)))
    return { said: words('expected two whole numbers, the lower one first') };
  if (kind !== 'int' && takes === 'int')
    return { said: words('takes whole numbers: use int or a list of values') };
  return undefined;
}

function readPoints(value: unknown): number | Refusal {
  if (value === undefined) return GRID_POINTS;
  if (Number.isInteger(value) && Number(value) >= 2 && Number(value) <= 100) return Number(value);
  return {
    said: words('points: expected a whole number between {0} and {1}, but got {2}', 2, 100, shown(value)),
  };
}

/** `if: { optimizer: AdamW }`, or a list of values. */
function readCondition(value: unknown): SearchDimension['onlyIf'] | Refusal {
  if (value === undefined) return undefined;
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const [entry] = entries;
  if (entries.length !== 1 || entry === undefined)
    return { said: words('if: expected one key and its value, but got {0}', shown(value)) };
  const [key, wanted] = entry;
  return { key, values: (Array.isArray(wanted) ? wanted : [wanted]) as SettingValue[] };
}
