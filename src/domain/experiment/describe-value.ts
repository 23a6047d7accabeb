import type { KeySpec } from './key-spec';

/** What a key takes, in words: "a number above 0 and at most 1". */
export function expectedOf(spec: KeySpec): string {
  const words = spec.words?.map((word) => ` or ${word}`).join('') ?? '';
  return `${KIND[spec.kind](spec)}${words}${spec.list ? ', or a list' : ''}`;
}

const KIND: Readonly<Record<KeySpec['kind'], (spec: KeySpec) => string>> = {
  int: (spec) => `a whole number${bounds(spec)}`,
  number: (spec) => `a number${bounds(spec)}`,
  bool: () => 'true or false',
  text: () => 'a text',
  choice: (spec) => `one of ${(spec.choices ?? []).join(', ')}`,
  texts: () => 'a list of texts',
  map: () => 'a block of "name: text" lines',
  any: () => 'any value',
};

function bounds(spec: KeySpec): string {
  const { min, max } = spec;
  if (min !== undefined && max !== undefined) {
    return spec.above ? ` above ${min} and at most ${max}` : ` between ${min} and ${max}`;
  }
  if (min !== undefined) return spec.above ? ` above ${min}` : ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}

/** A value as a person would have typed it, short enough for one line. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  const text =
    typeof value === 'string'
      ? `"${value}"`
      : typeof value === 'number'
        ? String(value)
        : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
