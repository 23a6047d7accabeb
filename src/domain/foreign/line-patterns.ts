// Metrics picked out of a program's log lines by one regular expression each; the first group is the number.

export type LinePatterns = ReadonlyMap<string, RegExp>;

/** Compiles `name: pattern` pairs; a pattern that is none, or has no group, is a problem. */
export function compilePatterns(patterns: Readonly<Record<string, string>>): {
  readonly patterns: LinePatterns;
  readonly problems: readonly string[];
} {
  const compiled = new Map<string, RegExp>();
  const problems: string[] = [];
  for (const [name, source] of Object.entries(patterns)) {
    const pattern = compile(source);
    if (typeof pattern === 'string') problems.push(`command.metrics.${name}: ${pattern}`);
    else compiled.set(name, pattern);
  }
  return { patterns: compiled, problems };
}

function compile(source: string): RegExp | string {
  try {
    const groups = (new RegExp(`${source}|`).exec('')?.length ?? 1) - 1;
    return groups < 1 ? `${source} needs a group (...) around the number` : new RegExp(source);
  } catch (error) {
    return `${source} is no regular expression (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** The numbers that one line holds, by name; nan and inf as Python and C write them. */
export function matchLine(line: string, patterns: LinePatterns): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [name, pattern] of patterns) {
    const text = pattern.exec(line)?.[1];
    const value = text === undefined ? undefined : readNumber(text);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function readNumber(text: string): number | undefined {
  const word = text.trim().toLowerCase().replace('infinity', 'inf');
  if (word === 'nan' || word === '-nan') return Number.NaN;
  if (word === 'inf' || word === '+inf') return Number.POSITIVE_INFINITY;
  if (word === '-inf') return Number.NEGATIVE_INFINITY;
  const value = Number(word);
  return word === '' || Number.isNaN(value) ? undefined : value;
}
