import type { SourceRange } from '../../base/problem';
import { inEnglish, type Words, words } from '../../base/words';
import type { KeyEntry } from './entries';
import type { KeySpec } from './key-spec';
import { defaultOf, keySpec } from './key-table';
import { type FileShape, readYaml } from './read-yaml';
import type { TrainerKind } from './types';

/** The documentation of a key, in parts that a host lays out (and translates). */
type KeyDoc = {
  readonly title: string;
  readonly text: string;
  /** "a number above 0 and at most 1" */
  readonly expected: string;
  readonly fallback: string;
  /** Trainers that use it, unless all do. */
  readonly onlyFor?: readonly TrainerKind[];
  readonly origin: KeySpec['origin'];
};

/** What a key takes, in words: "a number above 0 and at most 1". */
export function expectedOf(spec: KeySpec): string {
  return inEnglish(expectedWords(spec));
}

export function expectedWords(spec: KeySpec): Words {
  const kind = (spec.words ?? []).reduce((before, word) => words('{0} or {1}', before, word), kindOf(spec));
  return spec.list ? words('{0}, or a list', kind) : kind;
}

function kindOf(spec: KeySpec): Words {
  const name = NAMES[spec.kind];
  if (name !== undefined) return name;
  if (spec.kind === 'choice') return words('one of {0}', (spec.choices ?? []).join(', '));
  return bounded(spec.kind === 'int' ? words('a whole number') : words('a number'), spec);
}

const NAMES: Readonly<Partial<Record<KeySpec['kind'], Words>>> = {
  bool: words('true or false'),
  text: words('a text'),
  pattern: words('a regular expression'),
  texts: words('a list of texts'),
  map: words('a block of "name: text" lines'),
  any: words('any value'),
};

function bounded(kind: Words, { min, max, above }: KeySpec): Words {
  if (min !== undefined && max !== undefined) {
    return above
      ? words('{0} above {1} and at most {2}', kind, min, max)
      : words('{0} between {1} and {2}', kind, min, max);
  }
  if (min !== undefined)
    return above ? words('{0} above {1}', kind, min) : words('{0} of at least {1}', kind, min);
  return max === undefined ? kind : words('{0} of at most {1}', kind, max);
}

/** A value as a person would type it, short enough for one line. */
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

export function keyDoc(spec: KeySpec, trainer: TrainerKind = 'builtin'): KeyDoc {
  const fallback = defaultOf(spec, trainer);
  return {
    title: spec.unit === undefined ? spec.key : `${spec.key} (${spec.unit})`,
    text: spec.doc,
    expected: expectedOf(spec),
    fallback: fallback === null ? 'none' : shown(fallback),
    ...(spec.trainers.length < 3 && { onlyFor: spec.trainers }),
    origin: spec.origin,
  };
}

type KeyAt = { readonly spec: KeySpec; readonly entry: KeyEntry; readonly range: SourceRange };

/** Keys of another kind of file than an experiment. */
export type KnownKeys = {
  readonly specOf?: (key: string) => KeySpec | undefined;
  readonly shape?: FileShape;
};

/** The known key whose name or value is at an offset of the text, for a hover. */
export function keyAt(
  text: string,
  offset: number,
  { specOf = keySpec, shape }: KnownKeys = {},
): KeyAt | undefined {
  for (const entry of readYaml(text, '', shape).entries) {
    const range = [entry.keyRange, entry.valueRange].find(
      (r) => r !== undefined && r.start <= offset && offset <= r.end,
    );
    const spec = specOf(entry.key);
    if (range !== undefined && spec !== undefined) return { spec, entry, range };
  }
  return undefined;
}
