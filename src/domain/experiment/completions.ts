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

/** What may be written at an offset: keys that are missing, or the values that a key takes. */
export function completionsAt(text: string, offset: number): readonly Completion[] {
  if (text.length > LONGEST_EXPERIMENT) return [];
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(lineStart, offset);
  if (line.includes('#')) return [];
  const flow = /^(\w+)\s*:\s*\{([^}]*)$/.exec(line);
  if (flow) return inFlow(flow[1], flow[2]);
  const value = /^(\s*)(\w+)\s*:\s+([^\s]*)$/.exec(line);
  if (value) return valuesOf(fullKey(text, lineStart, value[1], value[2]));
  const key = /^(\s*)\w*$/.exec(line);
  return key ? keysOf(fullKey(text, lineStart, key[1], ''), text) : [];
}

/** Inside `validation: { device: cpu, ba` */
function inFlow(block: string, written: string): readonly Completion[] {
  const part = written.slice(written.lastIndexOf(',') + 1);
  const value = /^[ \t]*(\w+)[ \t]*:\s+\S*$/.exec(part);
  return value ? valuesOf(`${block}.${value[1]}`) : keysOf(`${block}.`, written);
}

/** An indented key belongs to the nearest line above that is not indented. */
function fullKey(text: string, lineStart: number, indent: string, key: string): string {
  if (indent === '') return key;
  const above = text.slice(0, lineStart).split('\n').reverse();
  const parent = above.find((line) => /^\w+\s*:/.test(line));
  return parent === undefined ? key : `${parent.slice(0, parent.indexOf(':')).trim()}.${key}`;
}

function keysOf(prefix: string, text: string): readonly Completion[] {
  const written = new Set(
    [...text.matchAll(/^[ \t]*(\w+)[ \t]*:|[{,]\s*(\w+)\s*:/gm)].map((m) => m[1] ?? m[2]),
  );
  const names = namesBeside(prefix).map((key) => key.slice(key.lastIndexOf('.') + 1));
  const block = prefix.slice(0, prefix.indexOf('.') + 1);
  return names.filter((name) => !written.has(name)).map((name) => keyCompletion(block + name, name));
}

function keyCompletion(key: string, name: string): Completion {
  const spec = keySpec(key);
  if (spec !== undefined) {
    return { kind: 'key', label: name, text: `${name}: `, doc: spec.doc, rank: rankOf(spec) };
  }
  return { kind: 'key', label: name, text: `${name}:\n  `, doc: BLOCKS.get(name) ?? '', rank: 0 };
}

function rankOf(spec: KeySpec): number {
  if (spec.origin === 'pitwall' || spec.shapesSchedule) return 0;
  return spec.trainers.includes('builtin') ? 1 : 2;
}

function valuesOf(key: string): readonly Completion[] {
  const spec = keySpec(key);
  if (spec === undefined) return [];
  const flags = spec.kind === 'bool' ? ['true', 'false'] : [];
  const words = [...(spec.choices ?? []), ...(spec.words ?? []), ...flags];
  return words.map((word, rank) => ({ kind: 'value', label: word, text: word, doc: spec.doc, rank }));
}
