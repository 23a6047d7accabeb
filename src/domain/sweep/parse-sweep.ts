import { firstProblems, hasErrors, type Problem, worded } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { type Words, words } from '../../base/words';
import { asking, badValue, changeTo, checkValue, place } from '../experiment/check-entries';
import { expectedWords, shown } from '../experiment/describe-value';
import { type KeyEntry, lastOf } from '../experiment/entries';
import type { KeySpec } from '../experiment/key-spec';
import { KEYS, keySpec } from '../experiment/key-table';
import { type FileShape, readYaml } from '../experiment/read-yaml';
import { MOST_FAULTS } from '../yaml/document';
import { SWEEP_BLOCKS, sweepKeySpec, sweepNamesBeside } from './sweep-keys';
import type { Sampler, SearchDimension, SettingValue, StopRule, SweepSettings, ValueRange } from './types';

export const SWEEP_SHAPE: FileShape = { blocks: SWEEP_BLOCKS, what: 'a sweep' };

export type ParsedSweep = {
  /** Undefined while any problem is an error. */
  readonly sweep: SweepSettings | undefined;
  readonly problems: readonly Problem[];
  /** The keys as they are written, for problems that are found later. */
  readonly entries: ReadonlyMap<string, KeyEntry>;
};

/** A sweep file as values, with every problem at its place in the text. Never throws. */
export function parseSweep(text: string, file: string): ParsedSweep {
  const yaml = readYaml(text, file, SWEEP_SHAPE);
  const written = [...lastOf(yaml.entries).values()];
  const search = written.filter(({ key }) => key.startsWith('search.')).map(checkDimension);
  const settings = written.filter(({ key }) => !key.startsWith('search.')).map(checkSetting);
  const dimensions = search.flatMap((one) => ('dimension' in one ? [one.dimension] : []));
  const crowd = dimensions.length > MOST_DIMENSIONS ? [tooMany(file, dimensions.length)] : [];
  const entries = lastOf(settings.flatMap((one) => ('entry' in one ? [one.entry] : [])));
  const found = [...search, ...settings].flatMap((one) => ('problem' in one ? [one.problem] : []));
  const lacks = yaml.problems.length > 0 ? [] : missing(file, written);
  const problems = [...yaml.problems, ...found, ...lacks, ...crowd, ...unmetConditions(dimensions, written)];
  return {
    sweep: hasErrors(problems) ? undefined : settingsOf(entries, dimensions),
    problems: firstProblems(problems, MOST_FAULTS),
    entries: lastOf(written),
  };
}

const error = (entry: KeyEntry, said: Parameters<typeof worded>[0]): Problem => ({
  severity: 'error',
  ...worded(said),
  ...place(entry),
});

function checkDimension(entry: KeyEntry): { dimension: SearchDimension } | { problem: Problem } {
  const read = readDimension(entry.key.slice('search.'.length), entry.value);
  return 'said' in read ? { problem: error(entry, read.said) } : read;
}

function checkSetting(entry: KeyEntry): { entry: KeyEntry } | { problem: Problem } {
  if (SWEEP_BLOCKS.has(entry.key))
    return { problem: error(entry, words('expected a block of "key: value" lines')) };
  const spec = sweepKeySpec(entry.key);
  if (spec === undefined) return { problem: unknownKey(entry) };
  const checked = checkValue(spec, entry.value);
  return checked.ok ? { entry: { ...entry, value: checked.value } } : { problem: badValue(entry, spec) };
}

function unknownKey(entry: KeyEntry): Problem {
  const meant = nearestName(entry.key, sweepNamesBeside(entry.key));
  const fix = meant === undefined ? {} : { fix: changeTo(meant.split('.').at(-1) ?? meant) };
  return { ...error(entry, asking(words('unknown key'), meant)), range: entry.keyRange, ...fix };
}

function missing(file: string, written: readonly KeyEntry[]): readonly Problem[] {
  const lacks = (key: string): boolean => !written.some((one) => one.key === key && one.value !== null);
  const searches = written.some(({ key }) => key === 'search' || key.startsWith('search.'));
  return [
    ...(lacks('experiment')
      ? [{ key: 'experiment', said: words('is missing: name the experiment file') }]
      : []),
    ...(searches
      ? []
      : [{ key: 'search', said: words('is missing: say what is varied, as lr0: { log: [0.001, 0.1] }') }]),
  ].map(({ key, said }) => ({ severity: 'error', file, key, ...worded(said) }));
}

/** As many as a sweep's folder may hold. */
const MOST_DIMENSIONS = 64;

function tooMany(file: string, count: number): Problem {
  const said = words('{0} settings are varied; expected at most {1}', count, MOST_DIMENSIONS);
  return { severity: 'error', file, key: 'search', ...worded(said) };
}

/** A condition on what is not varied would hold always or never. */
function unmetConditions(
  search: readonly SearchDimension[],
  written: readonly KeyEntry[],
): readonly Problem[] {
  const keys = search.map(({ key }) => key);
  return search.flatMap(({ key, onlyIf }) => {
    const entry = written.find((one) => one.key === `search.${key}`);
    if (!onlyIf || !entry) return [];
    const before = keys.slice(0, keys.indexOf(key));
    if (before.includes(onlyIf.key)) return [];
    return [error(entry, words('if: {0} is not varied above it', onlyIf.key))];
  });
}

function settingsOf(
  entries: ReadonlyMap<string, KeyEntry>,
  search: readonly SearchDimension[],
): SweepSettings {
  const get = <T>(key: string): T =>
    (entries.get(key)?.value ?? sweepKeySpec(key)?.default ?? undefined) as T;
  return {
    experiment: get<string>('experiment'),
    metric: get<SweepSettings['metric']>('metric'),
    trials: get<number | undefined>('trials'),
    sampler: get<Sampler>('sampler'),
    seed: get<number>('seed'),
    search,
    stop: {
      rule: get<StopRule>('stop.rule'),
      grace: get<number | undefined>('stop.grace'),
      reduction: get<number>('stop.reduction'),
      allowShortGrace: get<boolean>('stop.allow_short_grace'),
    },
  };
}

type ReadDimension = { readonly dimension: SearchDimension } | { readonly said: Words };

/** Their values cannot differ among trials that are to be compared at equal epochs, on one val set. */
const NOT_VARIED: ReadonlySet<string> = new Set(['epochs', 'time', 'data', 'trainer', 'seed', 'resume']);
const RANGES = ['log', 'uniform', 'int'] as const;
const WORDS_OF_RANGE: readonly string[] = [...RANGES, 'choice', 'points', 'if'];
/** How many values of a range a grid takes unless the file says. */
const GRID_POINTS = 3;

type Fields = Readonly<Record<string, unknown>>;

/** `lr0: { log: [0.001, 0.1] }`, `batch: [8, 16]` as a dimension, or what is wrong with it. */
function readDimension(key: string, value: unknown): ReadDimension {
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
