import type { Experiment } from '../experiment/types';

/** Keys that tell where and how a run was worked off, not what was trained. */
const NOT_OF_RECIPE: ReadonlySet<string> = new Set<keyof Experiment>([
  'seed',
  'explicit',
  'device',
  'workers',
  'validation',
  'checkpoints',
]);

/**
 * What two runs have in common if only the training's luck tells them apart: the resolved experiment without its seed, and
 * the val set by content. The dataset's path stays in: of a train set nothing else is known.
 */
export function recipeKey(experiment: Experiment, fingerprint: string): string {
  return JSON.stringify([fingerprint, sorted(experiment)]);
}

function sorted(value: unknown, top = true): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !top || !NOT_OF_RECIPE.has(key));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner, false)]);
}
