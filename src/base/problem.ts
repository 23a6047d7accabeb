export type Severity = 'info' | 'warning' | 'error';

/** Where in a text: 0-based offsets, and 1-based line and column for people. */
export type SourceRange = {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
};

/** What is wrong, where, and what to do. `message` is one sentence that names what was expected. */
export type Problem = {
  readonly severity: Severity;
  readonly message: string;
  readonly file?: string;
  readonly key?: string;
  readonly range?: SourceRange;
  /** The text that would mend it, put in place of its own range, else of the problem's. */
  readonly fix?: { readonly title: string; readonly text: string; readonly range?: SourceRange };
};

/** One line for a terminal: `file:line:column: key: message`. */
export function formatProblem(problem: Problem): string {
  const place = problem.range ? `:${problem.range.line}:${problem.range.column}` : '';
  const parts = [
    problem.file === undefined ? undefined : `${problem.file}${place}`,
    problem.key,
    problem.message,
  ];
  return parts.filter((part) => part !== undefined).join(': ');
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}
