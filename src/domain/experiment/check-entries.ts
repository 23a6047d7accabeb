import { fixed, type Problem, type ProblemFix, worded } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { type Words, words } from '../../base/words';
import { MOST_FAULTS } from '../yaml/document';
import { expectedWords, shown } from './describe-value';
import type { KeyEntry } from './entries';
import type { KeySpec } from './key-spec';
import { keySpec, namesBeside } from './key-table';
import { BLOCKS } from './keys-pitwall';

type CheckedValue = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

const FAIL: CheckedValue = { ok: false };
const YES = new Set(['true', 'yes', 'on']);
const NO = new Set(['false', 'no', 'off']);

const CHECKS: Readonly<Record<KeySpec['kind'], (value: unknown, spec: KeySpec) => CheckedValue>> = {
  any: (value) => ({ ok: true, value }),
  // Beyond, a double holds another number than was written.
  int: (value, spec) => (Number.isSafeInteger(value) ? inRange(value as number, spec) : FAIL),
  number: (value, spec) =>
    typeof value === 'number' && Number.isFinite(value) ? inRange(value, spec) : FAIL,
  bool: (value) => {
    const flag = asBool(value);
    return flag === undefined ? FAIL : { ok: true, value: flag };
  },
  text: (value) =>
    typeof value === 'string' || typeof value === 'number' ? { ok: true, value: String(value) } : FAIL,
  choice: checkChoice,
  pattern: checkPattern,
  texts: (value) => {
    const list = Array.isArray(value) ? value : [value];
    return list.length > 0 && list.every(isPlain) ? { ok: true, value: list.map(String) } : FAIL;
  },
  map: (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return FAIL;
    const entries = Object.entries(value);
    return entries.every(([, v]) => isPlain(v))
      ? { ok: true, value: Object.fromEntries(entries.map(([k, v]) => [k, String(v)])) }
      : FAIL;
  },
};

export type CheckedEntries = { readonly entries: readonly KeyEntry[]; readonly problems: readonly Problem[] };

/** Drops what is unknown or ill-typed, each with a problem; all that is left has values of the key's kind. */
export function checkEntries(entries: readonly KeyEntry[]): CheckedEntries {
  const good: KeyEntry[] = [];
  const problems: Problem[] = [];
  for (const entry of entries) {
    // Only the problems that are shown look for the nearest name.
    const result = checkEntry(entry, problems.length < MOST_FAULTS);
    if ('severity' in result) problems.push(result);
    else good.push(...result.entries);
  }
  return { entries: good, problems };
}

function checkEntry(entry: KeyEntry, mayAsk: boolean): Problem | { entries: KeyEntry[] } {
  if (BLOCKS.has(entry.key)) return checkBlock(entry);
  if (/^notify(\.|$)/.test(entry.key)) return misplacedNotify(entry);
  const spec = keySpec(entry.key);
  if (spec === undefined) return unknownKey(entry, mayAsk);
  const checked = checkValue(spec, entry.value);
  return checked.ok ? { entries: [{ ...entry, value: checked.value }] } : badValue(entry, spec);
}

/** `early_stop: false` switches a block off; an empty block changes nothing. */
function checkBlock(entry: KeyEntry): Problem | { entries: KeyEntry[] } {
  if (entry.value === null) return { entries: [] };
  const flag = asBool(entry.value);
  const key = `${entry.key}.enabled`;
  if (flag !== undefined && keySpec(key)) return { entries: [{ ...entry, key, value: flag }] };
  const example = namesBeside(`${entry.key}.`)[0].split('.')[1];
  return {
    severity: 'error',
    ...worded(words('expected a block such as {0}, but got {1}', `{ ${example}: ... }`, shown(entry.value))),
    ...place(entry),
  };
}

/** An experiment is shared with a project, and its text is copied into each run: no place for an address that is a secret. */
function misplacedNotify(entry: KeyEntry): Problem {
  const said = words(
    'notifications are set up for a user and never in an experiment: take it out, and see pitwall notify test or the setting pitwall.notify',
  );
  return { severity: 'error', ...worded(said), file: entry.file, key: 'notify', range: entry.keyRange };
}

function unknownKey(entry: KeyEntry, mayAsk: boolean): Problem {
  const meant = mayAsk ? nearestName(entry.key, namesBeside(entry.key)) : undefined;
  const written = meant?.split('.').at(-1);
  return {
    severity: 'error',
    ...worded(asking(words('unknown key'), meant)),
    file: entry.file,
    key: entry.key,
    range: entry.keyRange,
    ...(written !== undefined && { fix: changeTo(written) }),
  };
}

/** A value that is not of its key's kind. */
export function badValue(entry: KeyEntry, spec: KeySpec): Problem {
  const meant =
    typeof entry.value === 'string' ? nearestName(entry.value, spec.choices ?? spec.words ?? []) : undefined;
  const said = words('expected {0}, but got {1}', expectedWords(spec), shown(entry.value));
  return {
    severity: 'error',
    ...worded(asking(said, meant)),
    ...place(entry),
    ...(meant !== undefined && { fix: changeTo(meant) }),
  };
}

/** The nearest existing name, offered after what is wrong. */
export function asking(said: Words, meant: string | undefined): Words {
  return meant === undefined ? said : words('{0}; did you mean {1}?', said, meant);
}

export function changeTo(text: string): ProblemFix {
  return fixed(words('Change to {0}', text), text);
}

/** The place of an entry's value. */
export function place(entry: KeyEntry): Pick<Problem, 'file' | 'key' | 'range'> {
  return { file: entry.file, key: entry.key, range: entry.valueRange };
}

/** The value as the key's kind, or `ok: false`. `null` is accepted if the default is null: "the trainer decides". */
export function checkValue(spec: KeySpec, value: unknown): CheckedValue {
  if (value === null) return spec.default === null || spec.kind === 'any' ? { ok: true, value } : FAIL;
  if (typeof value === 'string' && spec.words?.includes(value)) return { ok: true, value };
  if (spec.list && Array.isArray(value)) return checkList(spec, value);
  return CHECKS[spec.kind](value, spec);
}

function checkList(spec: KeySpec, values: readonly unknown[]): CheckedValue {
  const checked = values.map((value) => checkValue({ ...spec, list: false }, value));
  return checked.length > 0 && checked.every((c) => c.ok)
    ? { ok: true, value: checked.map((c) => (c.ok ? c.value : undefined)) }
    : FAIL;
}

/** A regular expression; `off` that YAML read as a boolean is a word of the key all the same. */
function checkPattern(value: unknown, { words = [] }: KeySpec): CheckedValue {
  if (value === false && words.includes('off')) return { ok: true, value: 'off' };
  if (typeof value !== 'string') return FAIL;
  try {
    new RegExp(value, 'u');
    return { ok: true, value };
  } catch {
    return FAIL;
  }
}

function inRange(value: number, spec: KeySpec): CheckedValue {
  const low = spec.min ?? Number.NEGATIVE_INFINITY;
  const tooLow = spec.above ? value <= low : value < low;
  return tooLow || value > (spec.max ?? Number.POSITIVE_INFINITY) ? FAIL : { ok: true, value };
}

// YAML reads a bare `on` or `off` as a word or as a boolean, depending on its version: both spellings mean the same
// choice.
function checkChoice(value: unknown, spec: KeySpec): CheckedValue {
  const choices = spec.choices ?? [];
  const word = typeof value === 'boolean' ? (value ? 'on' : 'off') : value;
  const found = choices.find((choice) => choice === word) ?? choices.find((c) => sameWord(c, word));
  return found === undefined ? FAIL : { ok: true, value: found };
}

function sameWord(choice: string, word: unknown): boolean {
  return typeof word === 'string' && choice.toLowerCase() === word.toLowerCase();
}

function asBool(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (word === undefined) return undefined;
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
