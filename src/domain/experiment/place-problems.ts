import { fixed, type Problem, worded } from '../../base/problem';
import { words } from '../../base/words';
import type { DatasetCounts } from '../schedule/dataset-counts';
import { place } from './check-entries';
import { lastOf } from './entries';
import { readOverrides } from './overrides';
import type { ParseOptions } from './parse';
import { readYaml } from './read-yaml';
import { TRAINERS } from './trainers';
import type { Experiment } from './types';

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

/** A dataset file that does not exist, and the file beside it that may be meant. */
export function dataProblems({ data, trainer }: Experiment, counts: DatasetCounts): readonly Problem[] {
  const { missing } = counts;
  if (missing === undefined || data === '') return [];
  // Another program may read its data in its own way.
  const severity = TRAINERS[trainer].isReader ? 'warning' : 'error';
  const { nearest } = missing;
  if (nearest === undefined) return [{ severity, key: 'data', ...worded(words('{0} does not exist', data)) }];
  const fix = fixed(words('Change to {0}', nearest), nearest);
  const said = words('{0} does not exist, did you mean {1}?', data, nearest);
  return [{ severity, key: 'data', ...worded(said), fix }];
}
