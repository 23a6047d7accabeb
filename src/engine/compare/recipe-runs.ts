import { type Unlike, unlikeTrained } from '../../domain/compare/as-trained';
import { imageErrorOf, type Need } from '../../domain/compare/power';
import { recipeKey } from '../../domain/compare/recipe';
import { needForPoint, type Spread, spreadOf } from '../../domain/compare/spread';
import type { Experiment } from '../../domain/experiment/types';
import { listRuns } from '../runs/list-runs';
import { listedDifferences } from './listed-baseline';
import { drawsOf, type SeedDraw } from './seeds';

export type SeedRun = SeedDraw & { readonly dir: string };

/** What completed runs of one recipe show, a run a seed: their spread, and what it takes to see more than that. */
export type RecipeRuns = {
  readonly runs: readonly SeedRun[];
  /** Folders of those that were judged on another val set than the newest: their mAP is another number. */
  readonly elsewhere: readonly string[];
  /** Those that were changed while they trained: they are not seeds. */
  readonly changed: readonly SeedRun[];
  /** Those that were trained otherwise than the newest (A). */
  readonly unlike: readonly { readonly dir: string; readonly unlike: Unlike }[];
  readonly spread: Spread | undefined;
  readonly need: Need | undefined;
};

/** Of the runs in a folder, those that differ from the experiment by the seed alone. The latest of a seed counts. */
export async function recipeRuns(runsDir: string, experiment: Experiment): Promise<RecipeRuns> {
  const key = recipeKey(experiment, '');
  const { runs: listed } = await listRuns(runsDir);
  const all = await drawsOf(
    listed.filter(({ run }) => recipeKey(run.experiment.resolved, '') === key).reverse(),
  );
  const changed = all.filter(({ changes }) => changes.length > 0);
  const asWritten = all.filter(({ changes }) => changes.length === 0);
  const newest = asWritten.at(-1);
  const same = asWritten.filter(({ fingerprint }) => fingerprint === newest?.fingerprint);
  const elsewhere = asWritten.filter((one) => !same.includes(one)).map(({ dir }) => dir);
  const unlike = same.flatMap(({ dir, trained }) => {
    const found = newest && unlikeTrained(newest.trained, trained);
    return found ? [{ dir, unlike: found }] : [];
  });
  const others = new Set(unlike.map(({ dir }) => dir));
  const alike = same.filter(({ dir }) => !others.has(dir));
  const runs = [...new Map(alike.map((one) => [one.seed, one])).values()];
  const spread = spreadOf(runs.map(({ best }) => best.map));
  return { runs, elsewhere, changed, unlike, spread, need: needForPoint(spread, await imageError(runs)) };
}

/** By how much the choice of val images moves a difference of two such runs; 0 if no two can be compared. */
async function imageError([first, ...others]: readonly SeedRun[]): Promise<number> {
  if (first === undefined || others.length === 0) return 0;
  const placed = ({ dir, best }: SeedRun) => ({ dir, epoch: best.epoch });
  const [difference] = (await listedDifferences(placed(first), [placed(others[0])])).values();
  return difference ? imageErrorOf(difference) : 0;
}
