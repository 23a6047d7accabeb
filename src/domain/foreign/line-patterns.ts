import { RE2JS } from 're2js';
import { lineOf } from '../../base/worded-error';
import { type Words, words } from '../../base/words';

// Metrics from a program's log lines by one regular expression each; the first group is the number. RE2 is linear in
// the line whatever the expression: `(a+)+$` keeps JavaScript's own busy for ever.

export type LinePatterns = ReadonlyMap<string, RE2JS>;

/** A metric comes early in a program's line; a longer line is a dump of something. */
const MOST_CHARACTERS = 100_000;

/** Compiles `name: pattern` pairs; a pattern that is invalid, or has no group, is a problem. */
export function compilePatterns(patterns: Readonly<Record<string, string>>): {
  readonly patterns: LinePatterns;
  readonly problems: readonly Words[];
} {
  const compiled = new Map<string, RE2JS>();
  const problems: Words[] = [];
  for (const [name, source] of Object.entries(patterns)) {
    const pattern = compile(source);
    if ('template' in pattern) problems.push(words('{0}: {1}', `command.metrics.${name}`, pattern));
    else compiled.set(name, pattern);
  }
  return { patterns: compiled, problems };
}

function compile(source: string): RE2JS | Words {
  try {
    const pattern = RE2JS.compile(source);
    return pattern.groupCount() < 1 ? words('{0} needs a group (...) around the number', source) : pattern;
  } catch (error) {
    if (REFUSED.test(source))
      return words(
        '{0} looks ahead, behind or back to a group: such an expression may never end and is not taken',
        source,
      );
    return words('{0} is not a regular expression ({1})', source, lineOf(error));
  }
}

/** Constructs that RE2 cannot match in linear time, for the message only. */
const REFUSED = /\(\?<?[=!]|\\[1-9]|\\k</;

/** The numbers that one line holds, by name; nan and inf as Python and C write them. */
export function matchLine(line: string, patterns: LinePatterns): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [name, pattern] of patterns) {
    const matcher = pattern.matcher(line.slice(0, MOST_CHARACTERS));
    const text = matcher.find() ? matcher.group(1) : null;
    const value = text === null ? undefined : readNumber(text);
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
