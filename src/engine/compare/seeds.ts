import path from 'node:path';
import type { SeedMaps } from '../../domain/compare/between-seeds';
import { recipeKey } from '../../domain/compare/recipe';
import type { RunFile } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { runPaths } from '../../run/folder/paths';
import { readRun } from '../../run/folder/read';
import { readText } from '../../run/folder/read-file';
import { parseValidationLine } from '../../run/parse-entry';
import type { Validation } from '../../run/validation';
import { listRuns } from '../runs/run-index';

/** A run as one draw of its recipe. */
type Draw = {
  readonly recipe: string;
  readonly seed: number;
  /** The best mAP50-95 on the val set that it was validated on last. */
  readonly map: number;
};

/**
 * The runs of both recipes besides the two that are compared, one value for each seed; runs that were not validated
 * have none.
 */
export async function seedsBeside(a: string, b: string): Promise<SeedMaps> {
  const [first, second] = [await drawOf(a, await readRun(a)), await drawOf(b, await readRun(b))];
  if (!first || !second) return { a: [], b: [], sameRecipe: false };
  const others = await drawsBeside([a, b]);
  const mapsOf = (own: readonly Draw[]): number[] => {
    // A seed counts once; for the two runs themselves the compared checkpoints count.
    const bySeed = new Map(
      [...others, ...own].filter((d) => d.recipe === own[0].recipe).map((d) => [d.seed, d.map]),
    );
    return [...bySeed.values()];
  };
  const sameRecipe = first.recipe === second.recipe;
  if (!sameRecipe) return { a: mapsOf([first]), b: mapsOf([second]), sameRecipe };
  const maps = mapsOf([first, second]);
  return { a: maps, b: maps, sameRecipe };
}

/** Completed runs in the folders of the two, oldest first. */
async function drawsBeside(dirs: readonly string[]): Promise<Draw[]> {
  const folders = [...new Set(dirs.map((dir) => path.dirname(path.resolve(dir))))];
  const listed = (await Promise.all(folders.map((folder) => listRuns(folder)))).flatMap(({ runs }) => runs);
  const completed = listed.filter(({ presence }) => presence.state === 'completed');
  const draws = await Promise.all(completed.reverse().map(({ dir, run }) => drawOf(dir, run)));
  return draws.filter((draw) => draw !== undefined);
}

async function drawOf(dir: string, run: RunFile): Promise<Draw | undefined> {
  const text = await readText(runPaths(dir).validation, { most: MOST_BYTES.log }).catch(() => '');
  const entries = text.split('\n').map((line) => parseValidationLine(line).value);
  const validated = entries.filter((entry): entry is Validation => entry?.type === 'validation');
  const fingerprint = validated.at(-1)?.fingerprint;
  if (fingerprint === undefined) return undefined;
  const { resolved } = run.experiment;
  const maps = validated.filter((v) => v.fingerprint === fingerprint).map(({ map }) => map);
  return { recipe: recipeKey(resolved, fingerprint), seed: resolved.seed, map: Math.max(...maps) };
}
