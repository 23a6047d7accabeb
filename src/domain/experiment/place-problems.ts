import type { Problem } from '../../base/problem';
import { place } from './check-entries';
import { lastOf } from './entries';
import { readOverrides } from './overrides';
import type { ParseOptions } from './parse';
import { readYaml } from './read-yaml';

/** Problems that know only their key, put at the place in the text (or the `--set`) that gives the key its value. */
export function placeProblems(
  problems: readonly Problem[],
  text: string,
  { file, set = [] }: ParseOptions,
): readonly Problem[] {
  if (problems.length === 0) return problems;
  const entries = lastOf([...readYaml(text, file).entries, ...readOverrides(set).entries]);
  return problems.map((problem) => {
    if (problem.range !== undefined || problem.key === undefined) return problem;
    const entry = entries.get(problem.key);
    return entry === undefined ? { file, ...problem } : { ...problem, ...place(entry) };
  });
}
