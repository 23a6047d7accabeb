import path from 'node:path';
import { judgeRecipes, type RecipeVerdict } from '../../domain/compare/between-seeds';
import { type ComparedRecords, compareRecords } from '../../domain/compare/compare-records';
import type { Refused } from '../../domain/compare/footing';
import { loadRunDetections, type RunDetections } from './run-detections';
import { seedsBeside } from './seeds';

/** Two checkpoints judged on the same images, and what is known of the recipes behind them. */
export type RunsCompared = ComparedRecords & {
  readonly recipes: RecipeVerdict /** A and B are one checkpoint. */;
  readonly isSame: boolean;
};

/** The best checkpoints of two run folders; throws one line if a run has no detections. */
export async function compareBest(a: string, b: string): Promise<RunsCompared | Refused> {
  const load = (dir: string): Promise<RunDetections> => loadRunDetections(path.basename(dir), dir, undefined);
  return compareRuns(await load(a), await load(b));
}

/** Is B better than A? Used by both the command line and the dashboard. */
export async function compareRuns(a: RunDetections, b: RunDetections): Promise<RunsCompared | Refused> {
  const result = compareRecords(a.file, b.file);
  if (result.kind === 'refused') return result;
  const isSame = path.resolve(a.dir) === path.resolve(b.dir) && a.epoch === b.epoch;
  return { ...result, isSame, recipes: judgeRecipes(await seedsBeside(a.dir, b.dir), result.comparison) };
}
