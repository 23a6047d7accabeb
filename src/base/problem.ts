import type { Translate } from './translate';
import { inEnglish, quoted, say, type Words, words } from './words';

export type Severity = 'info' | 'warning' | 'error';

/** Where in a text: 0-based offsets, and 1-based line and column for people. */
export type SourceRange = {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
};

/** What is wrong, its place, and what to do. `message` is one English sentence that names what was expected. */
export type Problem = {
  readonly severity: Severity;
  readonly message: string;
  /** The message, for hosts that speak other languages. */
  readonly words?: Words;
  readonly file?: string;
  readonly key?: string;
  readonly range?: SourceRange;
  /** The text that would repair it, put in place of its own range, else of the problem's. */
  readonly fix?: ProblemFix;
};

export type ProblemFix = {
  readonly title: string;
  readonly words?: Words;
  readonly text: string;
  readonly range?: SourceRange;
};

/** A message in English and as words. */
export function worded(sentence: Words): { readonly message: string; readonly words: Words } {
  return { message: inEnglish(sentence), words: sentence };
}

export function fixed(title: Words, text: string): ProblemFix {
  return { title: inEnglish(title), words: title, text };
}

/** The problem in the language of `t`, if its message has words to translate. */
export function translateProblem(problem: Problem, t: Translate): Problem {
  const { words, fix } = problem;
  return {
    ...problem,
    ...(words && { message: say(words, t) }),
    ...(fix?.words && { fix: { ...fix, title: say(fix.words, t) } }),
  };
}

/** One line for a terminal: `file:line:column: key: message`. */
export function formatProblem(problem: Problem): string {
  const at = placeOf(problem);
  return at === '' ? problem.message : `${at}: ${problem.message}`;
}

/** The same line, for readers of every language. */
export function problemWords(problem: Problem): Words {
  const at = placeOf(problem);
  const said = problem.words ?? quoted(problem.message);
  return at === '' ? said : words('{0}: {1}', at, said);
}

function placeOf({ file, range, key }: Problem): string {
  const place = range ? `:${range.line}:${range.column}` : '';
  const parts = [file === undefined ? undefined : `${file}${place}`, key];
  return parts.filter((part) => part !== undefined).join(': ');
}

/**
 * The first of many problems, errors before all others, and how many more there are: a list of a hundred thousand is
 * never read.
 */
export function firstProblems(problems: readonly Problem[], most: number): readonly Problem[] {
  if (problems.length <= most) return problems;
  const errors = problems.filter(({ severity }) => severity === 'error');
  const others = problems.filter(({ severity }) => severity !== 'error');
  const shown = [...errors, ...others].slice(0, most);
  const more = worded(words('and {0} more problems', problems.length - most));
  return [...shown, { severity: errors.length > 0 ? 'error' : 'warning', ...more, file: shown[0]?.file }];
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}
