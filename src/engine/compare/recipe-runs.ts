import { imageErrorOf, type Need } from '../../domain/compare/power';
import { recipeKey } from '../../domain/compare/recipe';
import { needForPoint, type Spread, spreadOf } from '../../domain/compare/spread';
import type { Experiment } from '../../domain/experiment/types';
import { listRuns, type RunSummary } from '../runs/run-index';
import { listedDifferences } from './listed-baseline';

/** What completed runs of one recipe show, a run a seed: their spread, and what it takes to see more than that. */
export type RecipeRuns = {
  readonly runs: readonly RunSummary[];
  readonly spread: Spread | undefined;
  readonly need: Need | undefined;
};

/** Of the runs in a folder, those that differ from the experiment by the seed alone. The latest of a seed counts. */
export async function recipeRuns(runsDir: string, experiment: Experiment): Promise<RecipeRuns> {
  const key = recipeKey(experiment, '');
  const completed = (await listRuns(runsDir)).runs.filter(({ presence }) => presence.state === 'completed');
  const same = completed.filter(({ run }) => recipeKey(run.experiment.resolved, '') === key);
  const bySeed = new Map(same.reverse().map((one) => [one.run.experiment.resolved.seed, one]));
  const runs = [...bySeed.values()].filter((one) => bestOf(one) !== undefined);
  const spread = spreadOf(runs.map((one) => bestOf(one)?.map ?? Number.NaN));
  return { runs, spread, need: needForPoint(spread, await imageError(runs)) };
}

const bestOf = ({ status }: RunSummary) => {
  const best = status?.progress?.best;
  return best?.own ? undefined : best;
};

/** By how much the choice of val images moves a difference of two such runs; 0 if no two can be compared. */
async function imageError([first, ...others]: readonly RunSummary[]): Promise<number> {
  if (first === undefined || others.length === 0) return 0;
  const placed = (one: RunSummary) => ({ dir: one.dir, epoch: bestOf(one)?.epoch });
  const [difference] = (await listedDifferences(placed(first), [placed(others[0])])).values();
  return difference ? imageErrorOf(difference) : 0;
}
