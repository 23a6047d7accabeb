import type { KeySpec } from './key-spec';

export type CheckedValue = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

const FAIL: CheckedValue = { ok: false };
const YES = new Set(['true', 'yes', 'on']);
const NO = new Set(['false', 'no', 'off']);

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

const CHECKS: Readonly<Record<KeySpec['kind'], (value: unknown, spec: KeySpec) => CheckedValue>> = {
  any: (value) => ({ ok: true, value }),
  int: (value, spec) => (Number.isInteger(value) ? inRange(value as number, spec) : FAIL),
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

export function asBool(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (word === undefined) return undefined;
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
