import { judgeRecipes, type RecipeVerdict } from '../../domain/compare/between-seeds';
import { type Compared, compareRecords } from '../../domain/compare/compare-records';
import type { Refused } from '../../domain/compare/footing';
import type { RunDetections } from './run-detections';
import { seedsBeside } from './seeds';

/** Two checkpoints judged on the same images, and what is known of the recipes behind them. */
export type RunsCompared = Compared & { readonly recipes: RecipeVerdict };

/** Is B better than A? The one way for command line and dashboard. */
export async function compareRuns(a: RunDetections, b: RunDetections): Promise<RunsCompared | Refused> {
  const result = compareRecords(a.file, b.file);
  if (result.kind === 'refused') return result;
  return { ...result, recipes: judgeRecipes(await seedsBeside(a.dir, b.dir)) };
}
