import type { PythonParser, PythonText, TextChange } from './python-parser';

type CachedText = { readonly text: string; readonly python: PythonText };

/** Beyond it the tree of the least recently read file is dropped. */
const MOST_KEPT = 20;

/** Syntax trees of the recently read Python files; what was typed since is parsed in part. */
export class PythonTexts {
  readonly #parser: PythonParser;
  /** By name, the most recent at the end. */
  readonly #kept = new Map<string, CachedText>();

  constructor(parser: PythonParser) {
    this.#parser = parser;
  }

  open(name: string, text: string): PythonText {
    const kept = this.#kept.get(name);
    const python = kept === undefined ? this.#parser.open(text) : renewed(kept, text);
    this.#kept.delete(name);
    this.#kept.set(name, { text, python });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#forget(oldest);
    return python;
  }

  #forget(name: string): void {
    this.#kept.get(name)?.python.dispose();
    this.#kept.delete(name);
  }

  dispose(): void {
    for (const name of [...this.#kept.keys()]) this.#forget(name);
    this.#parser.dispose();
  }
}

function renewed({ text: before, python }: CachedText, text: string): PythonText {
  return before === text ? python : python.change([changeBetween(before, text)], text);
}

/** The one range in which two texts differ. */
export function changeBetween(before: string, after: string): TextChange {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return {
    offset: start,
    removed: before.length - start - end,
    text: after.slice(start, after.length - end),
  };
}
