import type { KeySpec } from './key-spec';
import { keySpec, namesBeside } from './key-table';
import { BLOCKS } from './keys-pitwall';
import { LONGEST_EXPERIMENT } from './read-yaml';

export type Completion = {
  readonly kind: 'key' | 'value';
  readonly label: string;
  /** The text to insert; a key brings its colon. */
  readonly text: string;
  readonly doc: string;
  /** Our keys, and those of Ultralytics that matter for training, come first. */
  readonly rank: number;
};

/** The keys of a kind of file. */
export type KeyTable = {
  /** Names to choose from for a dotted key. */
  readonly namesBeside: (key: string) => readonly string[];
  readonly spec: (key: string) => KeySpec | undefined;
  readonly blocks: ReadonlyMap<string, string>;
  /** What is varied takes ranges of values and not one of them. */
  readonly takesValue?: (key: string) => boolean;
};

const EXPERIMENT: KeyTable = { namesBeside, spec: keySpec, blocks: BLOCKS };

/** What may be written at an offset: keys that are missing, or the values that a key takes. */
export function completionsAt(text: string, offset: number, table = EXPERIMENT): readonly Completion[] {
  if (text.length > LONGEST_EXPERIMENT) return [];
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(lineStart, offset);
  if (line.includes('#')) return [];
  const flow = /^([\w-]+)\s*:\s*\{([^}]*)$/.exec(line);
  if (flow) return inFlow(flow[1], flow[2], table);
  const value = /^(\s*)(\w+)\s*:\s+([^\s]*)$/.exec(line);
  if (value) return valuesOf(fullKey(text, lineStart, value[1], value[2]), table);
  const key = /^(\s*)\w*$/.exec(line);
  return key ? keysOf(fullKey(text, lineStart, key[1], ''), text, table) : [];
}

/** Inside `validation: { device: cpu, ba` */
function inFlow(block: string, written: string, table: KeyTable): readonly Completion[] {
  const part = written.slice(written.lastIndexOf(',') + 1);
  const value = /^[ \t]*(\w+)[ \t]*:\s+\S*$/.exec(part);
  return value ? valuesOf(`${block}.${value[1]}`, table) : keysOf(`${block}.`, written, table);
}

/** An indented key belongs to the nearest line above that is not indented. */
function fullKey(text: string, lineStart: number, indent: string, key: string): string {
  if (indent === '') return key;
  const above = text.slice(0, lineStart).split('\n').reverse();
  const parent = above.find((line) => /^[\w-]+\s*:/.test(line));
  return parent === undefined ? key : `${parent.slice(0, parent.indexOf(':')).trim()}.${key}`;
}

function keysOf(prefix: string, text: string, table: KeyTable): readonly Completion[] {
  const written = new Set(
    [...text.matchAll(/^[ \t]*(\w+)[ \t]*:|[{,]\s*(\w+)\s*:/gm)].map((m) => m[1] ?? m[2]),
  );
  const names = table.namesBeside(prefix).map((key) => key.slice(key.lastIndexOf('.') + 1));
  const block = prefix.slice(0, prefix.indexOf('.') + 1);
  return names.filter((name) => !written.has(name)).map((name) => keyCompletion(block + name, name, table));
}

function keyCompletion(key: string, name: string, table: KeyTable): Completion {
  const spec = table.spec(key);
  if (spec !== undefined) {
    return { kind: 'key', label: name, text: `${name}: `, doc: spec.doc, rank: rankOf(spec) };
  }
  return { kind: 'key', label: name, text: `${name}:\n  `, doc: table.blocks.get(name) ?? '', rank: 0 };
}

function rankOf(spec: KeySpec): number {
  if (spec.origin === 'pitwall' || spec.shapesSchedule) return 0;
  return spec.trainers.includes('builtin') ? 1 : 2;
}

function valuesOf(key: string, { spec: specOf, takesValue = () => true }: KeyTable): readonly Completion[] {
  const spec = specOf(key);
  if (spec === undefined || !takesValue(key)) return [];
  const flags = spec.kind === 'bool' ? ['true', 'false'] : [];
  const words = [...(spec.choices ?? []), ...(spec.words ?? []), ...flags];
  return words.map((word, rank) => ({ kind: 'value', label: word, text: word, doc: spec.doc, rank }));
}
