import { firstProblems, hasErrors, type Problem, worded } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { words } from '../../base/words';
import { asking, changeTo, checkValue, place } from '../experiment/check-entries';
import { expectedWords, shown } from '../experiment/describe-value';
import { type KeyEntry, lastOf } from '../experiment/entries';
import { type FileShape, readYaml } from '../experiment/read-yaml';
import { MOST_FAULTS } from '../yaml/document';
import { readDimension } from './read-dimension';
import { SWEEP_BLOCKS, sweepKeySpec, sweepNamesBeside } from './sweep-keys';
import type { Sampler, SearchDimension, StopRule, SweepSettings } from './types';

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
  const entries = lastOf(settings.flatMap((one) => ('entry' in one ? [one.entry] : [])));
  const found = [...search, ...settings].flatMap((one) => ('problem' in one ? [one.problem] : []));
  const lacks = yaml.problems.length > 0 ? [] : missing(file, written);
  const problems = [...yaml.problems, ...found, ...lacks, ...unmetConditions(dimensions, written)];
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
  if (checked.ok) return { entry: { ...entry, value: checked.value } };
  const meant = typeof entry.value === 'string' ? nearestName(entry.value, spec.choices ?? []) : undefined;
  const said = words('expected {0}, but got {1}', expectedWords(spec), shown(entry.value));
  return {
    problem: { ...error(entry, asking(said, meant)), ...(meant !== undefined && { fix: changeTo(meant) }) },
  };
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
