import { nearestName } from '../../base/suggest';
import { type Words, words } from '../../base/words';
import { type Token, tokensOf } from './filter-tokens';
import { type Cell, cellText, type Row } from './row';

/** A test of one run, or what is wrong with the text that should have been one. */
export type Filter =
  | { readonly kind: 'filter'; readonly matches: (row: Row) => boolean }
  | { readonly kind: 'problem'; readonly why: Words };

/**
 * Reads `lr0 > .01 and state = completed`: comparisons with = != > >= < <= and ~ (contains), `and`, `or`, `not` and
 * parentheses; a word alone is searched for in names, titles, tags and notes. `keys`: the columns there are.
 */
export function parseFilter(text: string, keys: Iterable<string>): Filter {
  const parser = new Parser(tokensOf(text), new Set(keys));
  if (parser.isAtEnd) return { kind: 'filter', matches: () => true };
  try {
    return { kind: 'filter', matches: parser.whole() };
  } catch (error) {
    if (error instanceof FilterProblem) return { kind: 'problem', why: error.why };
    throw error;
  }
}

class FilterProblem extends Error {
  readonly why: Words;

  constructor(why: Words) {
    super('not a filter');
    this.why = why;
  }
}

type Test = (row: Row) => boolean;

/** Far more than anybody types; a stack overflows at some thousands. */
const DEEPEST = 100;

/** Recursive descent; `or` binds least. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #keys: ReadonlySet<string>;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], keys: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#keys = keys;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  whole(): Test {
    const test = this.#either();
    const rest = this.#tokens[this.#at];
    if (rest) throw new FilterProblem(words('{0} was not expected here', rest.text));
    return test;
  }

  #either(): Test {
    let test = this.#both();
    while (this.#takes('or')) {
      const [left, right] = [test, this.#both()];
      test = (row) => left(row) || right(row);
    }
    return test;
  }

  /** Two tests in a row are both meant. */
  #both(): Test {
    let test = this.#one();
    while (this.#takes('and') || this.#beginsTest()) {
      const [left, right] = [test, this.#one()];
      test = (row) => left(row) && right(row);
    }
    return test;
  }

  #one(): Test {
    this.#depth++;
    if (this.#depth > DEEPEST)
      throw new FilterProblem(words('parentheses are nested more than {0} deep', DEEPEST));
    const test = this.#single();
    this.#depth--;
    return test;
  }

  #single(): Test {
    if (this.#takes('not')) {
      const test = this.#one();
      return (row) => !test(row);
    }
    if (!this.#takes('(')) return this.#comparison();
    const test = this.#either();
    if (!this.#takes(')')) throw new FilterProblem(words('a closing parenthesis is missing'));
    return test;
  }

  #comparison(): Test {
    const name = this.#word();
    const operator = this.#tokens[this.#at];
    if (operator?.kind !== 'operator') return (row) => isFoundIn(row, name.text);
    this.#at++;
    const value = this.#word();
    const key = this.#keyOf(name.text);
    const compare = OPERATORS[operator.text];
    return (row) => compare(row.get(key), value.text);
  }

  #keyOf(name: string): string {
    if (this.#keys.has(name)) return name;
    const near = nearestName(name, this.#keys);
    if (near === undefined) throw new FilterProblem(words('no run has {0}', name));
    throw new FilterProblem(words('no run has {0}, did you mean {1}?', name, near));
  }

  #word(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new FilterProblem(words('the filter ends too early'));
    if (token.kind !== 'word') throw new FilterProblem(words('{0} was not expected here', token.text));
    this.#at++;
    return token;
  }

  #beginsTest(): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' || token?.text === '(' || token?.text === 'not';
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind === 'word' || token?.text !== text) return false;
    this.#at++;
    return true;
  }
}

const SEARCHED = ['name', 'title', 'tags', 'notes', 'state', 'model'];

function isFoundIn(row: Row, text: string): boolean {
  return SEARCHED.some((key) => contains(row.get(key), text));
}

const lower = (cell: Cell): string => cellText(cell).toLowerCase();
const contains = (cell: Cell, text: string): boolean => lower(cell).includes(text.toLowerCase());

function isSame(cell: Cell, text: string): boolean {
  if (typeof cell === 'object') return cell.includes(text);
  return typeof cell === 'number' ? cell === Number(text) : lower(cell) === text.toLowerCase();
}

/** A run without the value is neither above nor below anything. */
const byNumber =
  (holds: (a: number, b: number) => boolean) =>
  (cell: Cell, text: string): boolean => {
    const value = typeof cell === 'number' ? cell : Number.parseFloat(cellText(cell));
    return !Number.isNaN(value) && holds(value, Number(text));
  };

const OPERATORS: Readonly<Record<string, (cell: Cell, text: string) => boolean>> = {
  '=': isSame,
  '!=': (cell, text) => !isSame(cell, text),
  '~': contains,
  '>': byNumber((a, b) => a > b),
  '>=': byNumber((a, b) => a >= b),
  '<': byNumber((a, b) => a < b),
  '<=': byNumber((a, b) => a <= b),
};
