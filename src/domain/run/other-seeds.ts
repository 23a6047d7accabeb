import { recipeKey } from '../compare/recipe';
import type { Experiment } from '../experiment/types';

/** The next seeds, counted from that of an experiment, that no run of the same recipe has. */
export function otherSeeds(
  experiment: Experiment,
  known: readonly Experiment[],
  count: number,
): readonly number[] {
  const recipe = recipeKey(experiment, '');
  const taken = new Set(known.filter((one) => recipeKey(one, '') === recipe).map(({ seed }) => seed));
  const seeds: number[] = [];
  for (let seed = experiment.seed; seeds.length < count; seed++) if (!taken.has(seed)) seeds.push(seed);
  return seeds;
}
