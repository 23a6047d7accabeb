import { hasErrors, type Problem, worded } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { type Words, words } from '../../base/words';
import { asking, badValue, checkValue, place } from '../experiment/check-entries';
import { type KeyEntry, lastOf } from '../experiment/entries';
import { type FileShape, readYaml } from '../experiment/read-yaml';
import { KEYS_OF_ONE, LOCAL_SETTINGS, TARGET_KEYS, type TargetSettings } from './target-keys';

export type ParsedTargets = {
  /** Empty while any problem is an error. */
  readonly targets: readonly TargetSettings[];
  readonly problems: readonly Problem[];
};

/** Every name is a block: its keys are known by their places. */
export const TARGETS_SHAPE: FileShape = { blocks: { has: () => true }, what: 'a list of targets' };
export const TARGET_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

/**
 * Named targets, as `gpu: { kind: slurm, partition: gpu }`, with every problem at its place. `isOwn`: the file is the user's and not
 * one of a project. Never throws.
 */
export function parseTargets(
  text: string,
  file: string,
  { isOwn }: { readonly isOwn: boolean },
): ParsedTargets {
  const yaml = readYaml(text, file, TARGETS_SHAPE);
  const written = [...lastOf(yaml.entries).values()];
  const checked = written.map(checkEntry);
  const names = [...new Set(written.map(({ key }) => nameOf(key)))];
  const good = checked.flatMap((one) => ('problem' in one ? [] : [one.entry]));
  const problems = [
    ...yaml.problems,
    ...checked.flatMap((one) => ('problem' in one ? [one.problem] : [])),
    ...names.flatMap((name) => kindMissing(name, written, file)),
    ...names.flatMap((name) => isOfAnotherKind(name, good)),
    ...names.flatMap((name) => addressMissing(name, written, file)),
    ...(isOwn ? [] : good.flatMap(namesToken)),
  ];
  return {
    targets: hasErrors(problems) ? [] : names.map((name) => settingsOf(name, good, file)),
    problems,
  };
}

const nameOf = (key: string): string => key.split('.', 1)[0] ?? key;
const ownKeyOf = (key: string): string => key.slice(nameOf(key).length + 1);

function error(entry: KeyEntry, said: Words): { readonly problem: Problem } {
  return { problem: { severity: 'error', ...worded(said), ...place(entry) } };
}

function checkEntry(entry: KeyEntry): { readonly entry: KeyEntry } | { readonly problem: Problem } {
  const name = nameOf(entry.key);
  const key = ownKeyOf(entry.key);
  if (!TARGET_NAME.test(name)) return error(entry, words('name of a target: use 1 to 40 of A-Z a-z 0-9 _ -'));
  if (key === '')
    return error(entry, words('expected a block such as {0}', '{ kind: slurm, partition: gpu }'));
  const spec = TARGET_KEYS.find((one) => one.key === key);
  if (spec === undefined) {
    const names = TARGET_KEYS.map((one) => one.key);
    return error(entry, asking(words('unknown key'), nearestName(key, names)));
  }
  const value = checkValue(spec, entry.value);
  if (!value.ok) return { problem: badValue(entry, spec) };
  const odd = isOther(name, key, value.value) ?? isOdd(key, value.value);
  return odd ? error(entry, odd) : { entry: { ...entry, value: value.value } };
}

/** Words of Slurm's own, so that a mistake is found before a job is submitted. */
const FORMS: Readonly<Record<string, readonly [RegExp, Words]>> = {
  gpus: [/^(?:[\w.-]+:)?\d+$/, words('expected a number, or kind:number as a100:2')],
  memory: [/^\d+[KMGT]?$/i, words('expected a size such as 32G')],
  runs: [/^\//, words('expected an absolute path')],
  token_file: [/^\//, words('expected an absolute path')],
  // Neither a user and password, which would be shown with it, nor a path: those of the Jobs API follow it.
  address: [/^https?:\/\/[^/?#@\s]+\/?$/, words('expected an address such as http://head:8265')],
  time: [/^(?:\d+-)?\d+(?::\d+){0,2}$/, words('expected a time such as 8:00:00 or 2-00:00:00')],
};

function isOther(name: string, key: string, value: unknown): Words | undefined {
  const isTaken = name === LOCAL_SETTINGS.name && key === 'kind' && value !== LOCAL_SETTINGS.kind;
  return isTaken ? words('local is this machine: choose another name') : undefined;
}

function isOdd(key: string, value: unknown): Words | undefined {
  const texts = Array.isArray(value) ? value.map(String) : [String(value)];
  if (key !== 'setup' && texts.some((one) => /[\n\r\0]/.test(one))) return words('expected one line');
  if (key === 'options' && texts.some((one) => !/^-/.test(one)))
    return words('expected options such as --exclude=node7');
  const [form, said] = FORMS[key] ?? [];
  return form && value !== null && !form.test(String(value)) ? said : undefined;
}

function kindMissing(name: string, written: readonly KeyEntry[], file: string): readonly Problem[] {
  if (written.some(({ key, value }) => key === name || (key === `${name}.kind` && value !== null))) return [];
  const said = words('is missing: {0}', 'kind: slurm');
  return [{ severity: 'error', file, key: `${name}.kind`, ...worded(said), ...placeOf(name, written) }];
}

/** What is missing has the place of the first key that is there. */
function placeOf(name: string, written: readonly KeyEntry[]): Pick<Problem, 'range'> {
  const range = written.find(({ key }) => nameOf(key) === name)?.keyRange;
  return range ? { range } : {};
}

const kindOf = (name: string, entries: readonly KeyEntry[]): unknown =>
  entries.find(({ key }) => key === `${name}.kind`)?.value;

/** A key that would do nothing; and a number of GPUs that Ray does not read. */
function isOfAnotherKind(name: string, good: readonly KeyEntry[]): readonly Problem[] {
  const kind = kindOf(name, good);
  const own = good.filter(({ key, value }) => nameOf(key) === name && value !== null);
  return kind === undefined ? [] : own.flatMap((entry) => unfit(entry, kind));
}

function unfit(entry: KeyEntry, kind: unknown): readonly Problem[] {
  const key = ownKeyOf(entry.key);
  const only = KEYS_OF_ONE[key] ?? kind;
  if (only !== kind) return [error(entry, words('is for {0} alone', `kind: ${only}`)).problem];
  const isNumber = kind !== 'ray' || key !== 'gpus' || /^\d+$/.test(String(entry.value));
  return isNumber ? [] : [error(entry, words('expected a number of GPUs')).problem];
}

/** A project would have any file of the user sent to its address. */
function namesToken(entry: KeyEntry): readonly Problem[] {
  if (ownKeyOf(entry.key) !== 'token_file') return [];
  return [error(entry, words('belongs into your own targets.yaml and not into that of a project')).problem];
}

function addressMissing(name: string, written: readonly KeyEntry[], file: string): readonly Problem[] {
  if (kindOf(name, written) !== 'ray') return [];
  if (written.some(({ key, value }) => key === `${name}.address` && value !== null)) return [];
  const said = words('is missing: {0}', 'address: http://head:8265');
  return [{ severity: 'error', file, key: `${name}.address`, ...worded(said), ...placeOf(name, written) }];
}

const DEFAULTS: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(
    TARGET_KEYS.flatMap(({ key, default: value }) => (value === null ? [] : [[key, value]])),
  ),
  setup: [],
  options: [],
};

function settingsOf(name: string, good: readonly KeyEntry[], file: string): TargetSettings {
  const own = good.filter(({ key, value }) => nameOf(key) === name && value !== null);
  const given = Object.fromEntries(
    own.map(({ key, value }) => [ownKeyOf(key), asRead(ownKeyOf(key), value)]),
  );
  const isForAnother = (key: string): boolean => (KEYS_OF_ONE[key] ?? given.kind) !== given.kind;
  const defaults = Object.entries(DEFAULTS).filter(([key]) => !isForAnother(key));
  return { ...Object.fromEntries(defaults), ...given, name, from: file } as unknown as TargetSettings;
}

const asRead = (key: string, value: unknown): unknown =>
  key === 'address' ? String(value).replace(/\/$/, '') : value;
