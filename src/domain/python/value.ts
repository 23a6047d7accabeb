import type { TorchSpec } from '../schedule/torch/spec';
import type { Schedule } from '../schedule/types';
import type { PyNode } from './node';

/** What an expression is known to be. */
export type Value =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, Value> }
  | { readonly kind: 'function'; readonly node: PyNode; readonly scope: Scope }
  | { readonly kind: 'optimizer'; readonly lrs: readonly number[]; readonly line: number }
  | { readonly kind: 'scheduler'; readonly scheduler: Scheduler }
  | { readonly kind: 'detector'; readonly model: string }
  /** `text` is the expression that is not known. */
  | { readonly kind: 'unknown'; readonly text: string };

export type Scheduler =
  | { readonly library: 'torch'; readonly spec: TorchSpec; readonly optimizer: Value | undefined }
  | {
      readonly library: 'other';
      draw(lr: number, steps: number): Schedule;
      /** Number of steps of its own; undefined if it never ends. */
      readonly length: number | undefined;
      readonly optimizer: Value | undefined;
    };

/** The scope in which names are looked up. */
export type Scope = { get(name: string): Value | undefined };

export const NONE: Value = { kind: 'none' };

export function numberValue(value: number): Value {
  return { kind: 'number', value };
}

export function unknown(text: string): Value {
  return { kind: 'unknown', text: text.length > 40 ? `${text.slice(0, 39)}…` : text };
}

/** Python's truth value; undefined if it is not known. */
export function truth(value: Value): boolean | undefined {
  switch (value.kind) {
    case 'number':
    case 'bool':
      return Boolean(value.value);
    case 'string':
      return value.value !== '';
    case 'none':
      return false;
    case 'list':
      return value.items.length > 0;
    case 'dict':
      return value.entries.size > 0;
    case 'unknown':
      return undefined;
    default:
      return true;
  }
}

/** Numbers and truth values count; everything else is not a number. */
export function asNumber(value: Value | undefined): number | undefined {
  if (value?.kind === 'number') return value.value;
  return value?.kind === 'bool' ? Number(value.value) : undefined;
}

/**
 * Limit of elements and depth that are written out: a list may hold one list many times, and be nested deeper than the
 * stack.
 */
const MOST_PLAIN = { left: 10_000, depth: 50 };

/** The value as JSON would hold it; undefined if there is none or if it is too long. */
export function plain(value: Value, rest = { ...MOST_PLAIN }): unknown {
  rest.left -= 1;
  if (rest.left < 0 || rest.depth === 0) return undefined;
  rest.depth -= 1;
  const found = written(value, rest);
  rest.depth += 1;
  return found;
}

function written(value: Value, rest: { left: number; depth: number }): unknown {
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'bool':
      return value.value;
    case 'none':
      return null;
    case 'list':
      return value.items.map((item) => plain(item, rest));
    case 'dict':
      return Object.fromEntries([...value.entries].map(([key, item]) => [key, plain(item, rest)]));
    default:
      return undefined;
  }
}
