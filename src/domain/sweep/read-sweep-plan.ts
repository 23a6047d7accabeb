import { hasErrors, type Problem } from '../../base/problem';
import { parseExperiment } from '../experiment/parse';
import type { ParsedSweep } from './parse-sweep';
import { distinctTrials, type PlannedTrial, planSweep } from './plan-sweep';
import { suggestTrials } from './suggest';
import { overridesOf } from './types';

type Texts = {
  readonly parsed: ParsedSweep;
  /** Name of the sweep file, for problems. */
  readonly file: string;
  readonly experiment: { readonly file: string; readonly text: string };
};

/** What is wrong with a sweep whose own text is right, as far as the two texts tell. For an editor: it reads no data set. */
export function problemsOfPlan({ parsed, file, experiment }: Texts): readonly Problem[] {
  const { sweep, entries } = parsed;
  if (!sweep) return [];
  const trials: PlannedTrial[] = [];
  for (const settings of suggestTrials(sweep)) {
    const options = { file: experiment.file, set: overridesOf(settings) };
    const { draft, problems } = parseExperiment(experiment.text, options);
    const error = problems.find(({ severity }) => severity === 'error');
    if (hasErrors(problems) && error) return [placed(error, { parsed, file, experiment })];
    trials.push({ settings, experiment: draft });
  }
  return planSweep({ sweep, trials: distinctTrials(trials), entries, file }).problems;
}

/** An error of a trial is at the key that is varied, one of the experiment itself at its name. */
function placed(problem: Problem, { parsed, file, experiment }: Texts): Problem {
  const varied = problem.file === '--set' && problem.key !== undefined;
  const key = varied ? `search.${problem.key}` : 'experiment';
  const range = (parsed.entries.get(key) ?? parsed.entries.get('experiment'))?.valueRange;
  const message = varied ? problem.message : `${experiment.file}: ${problem.message}`;
  const { words: _, fix: __, ...rest } = problem;
  const said = varied && problem.words ? { words: problem.words } : {};
  return { ...rest, ...said, message, file, key, ...(range && { range }) };
}
