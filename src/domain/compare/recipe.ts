import type { Experiment } from '../experiment/types';

/** Keys that say where and how a run was executed, not what was trained. */
const NOT_OF_RECIPE: ReadonlySet<string> = new Set<keyof Experiment>([
  'seed',
  'explicit',
  'device',
  'workers',
  'validation',
  'checkpoints',
]);

/**
 * What two runs have in common if only chance in training distinguishes them: the resolved experiment without its seed,
 * and the val set by content. The dataset's path stays in: nothing else is known of a train set.
 */
export function recipeKey(experiment: Experiment, fingerprint: string): string {
  return JSON.stringify([fingerprint, sorted(experiment)]);
}

function sorted(value: unknown, top = true): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !top || !NOT_OF_RECIPE.has(key));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner, false)]);
}
