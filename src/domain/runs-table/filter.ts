import { nearestName } from '../../base/suggest';
import { type Words, words } from '../../base/words';
import { type Token, tokensOf } from './filter-tokens';
import { type Cell, type ColumnKind, cellText, type Row } from './row';

/** A test of one run, or what is wrong with the text that should have been one. */
export type Filter =
  | { readonly kind: 'filter'; readonly matches: (row: Row) => boolean }
  | { readonly kind: 'problem'; readonly why: Words };

/**
 * Reads `lr0 > .01 and state = completed`: comparisons with = != > >= < <= and ~ (contains), `and`, `or`, `not` and
 * parentheses; a word alone is searched for in names, titles, tags and notes. `keys`: the columns there are. What no value
 * of a column can answer (a number column against a word) is a problem.
 */
export function parseFilter(text: string, keys: Iterable<string>, kindOf: KindOf = () => 'mixed'): Filter {
  const parser = new Parser(tokensOf(text), new Set(keys), kindOf);
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

type KindOf = (key: string) => ColumnKind;
type Test = (row: Row) => boolean;

/** Far more than anybody types; a stack overflows at some thousands. */
const DEEPEST = 100;

/** Recursive descent; `or` binds least. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #keys: ReadonlySet<string>;
  readonly #kindOf: KindOf;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], keys: ReadonlySet<string>, kindOf: KindOf) {
    this.#kindOf = kindOf;
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
    const why = whyNeverTrue({ key, operator: operator.text, value: value.text, kind: this.#kindOf(key) });
    if (why) throw new FilterProblem(why);
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

type ColumnTest = {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  readonly kind: ColumnKind;
};

const EQUALITY: ReadonlySet<string> = new Set(['=', '!=']);
const FLAGS: ReadonlySet<string> = new Set(['yes', 'no', 'true', 'false']);

/** Undefined if it may be true of some run; an empty text is that of a run without the value. */
function whyNeverTrue(comparison: ColumnTest): Words | undefined {
  const { operator, value, kind } = comparison;
  if (operator === '~' || (value === '' && EQUALITY.has(operator))) return undefined;
  return kind === 'flag' ? whyNoFlag(comparison) : whyNoNumber(comparison);
}

function whyNoFlag({ key, operator, value }: ColumnTest): Words | undefined {
  if (!EQUALITY.has(operator)) return words('{0} is yes or no: it is compared with = or !=', key);
  return FLAGS.has(value.toLowerCase()) ? undefined : words('{0} is yes or no, not {1}', key, value);
}

function whyNoNumber({ key, operator, value, kind }: ColumnTest): Words | undefined {
  const isNumber = value.trim() !== '' && !Number.isNaN(Number(value));
  if (isNumber || (kind !== 'number' && EQUALITY.has(operator))) return undefined;
  if (kind === 'number') return words('{0} is a number, and {1} is not', key, value);
  return words('{0} compares numbers, and {1} is not one', operator, value);
}

const SEARCHED = ['name', 'title', 'tags', 'notes', 'state', 'model'];

function isFoundIn(row: Row, text: string): boolean {
  return SEARCHED.some((key) => contains(row.get(key), text));
}

const lower = (cell: Cell): string => cellText(cell).toLowerCase();
const contains = (cell: Cell, text: string): boolean => lower(cell).includes(text.toLowerCase());

/** A flag as it is shown, or as a config has it. */
const IS_YES = /^(yes|true)$/i;

function isSame(cell: Cell, text: string): boolean {
  if (typeof cell === 'object') return cell.includes(text);
  if (typeof cell === 'number') return text.trim() !== '' && cell === Number(text);
  if (typeof cell === 'boolean') return cell === IS_YES.test(text);
  return lower(cell) === text.toLowerCase();
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
