import type { SourceRange } from '../../base/problem';
import type { KeyEntry } from './entries';

export type KeyEdit = {
  /** `set`: the value is replaced in place; `add`: a line is added at the end. */
  readonly kind: 'set' | 'add';
  readonly range: SourceRange;
  readonly text: string;
};

export type KeyValue = { readonly key: string; readonly value: string | number };

/**
 * The edit that gives a key a value. Undefined if a person writes it better by hand: into a block that exists without
 * the key, or into a file that is one flow mapping.
 */
export function keyEdit(
  text: string,
  entries: ReadonlyMap<string, KeyEntry>,
  { key, value }: KeyValue,
): KeyEdit | undefined {
  const range = entries.get(key)?.valueRange;
  if (range !== undefined) return { kind: 'set', range, text: spaced(text, range.start) + String(value) };
  const [block, name] = key.split('.');
  const stands = name !== undefined && [...entries.keys()].some((known) => known.startsWith(`${block}.`));
  if (stands || text.trimStart().startsWith('{')) return undefined;
  const line = name === undefined ? `${block}: ${value}` : `${block}: { ${name}: ${value} }`;
  return { kind: 'add', range: endOf(text), text: line };
}

/** A key without a value ends at its colon, and a value right behind would join both into one word. */
function spaced(text: string, at: number): string {
  return text[at - 1] === ':' ? ' ' : '';
}

/** The text after an edit. */
export function edited(text: string, { kind, range, text: put }: KeyEdit): string {
  if (kind === 'set') return text.slice(0, range.start) + put + text.slice(range.end);
  const [before, after] = [text.slice(0, range.start), text.slice(range.end)];
  return `${before}${before === '' ? '' : '\n'}${put}${after === '' ? '\n' : after}`;
}

/** An empty range after the last line that is not blank. */
function endOf(text: string): SourceRange {
  const end = text.trimEnd().length;
  const before = text.slice(0, end);
  return { start: end, end, line: before.split('\n').length, column: end - before.lastIndexOf('\n') };
}
