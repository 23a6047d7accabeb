import path from 'node:path';
import type { AskedEpochs, SeedMaps } from '../../domain/compare/between-seeds';
import { recipeKey } from '../../domain/compare/recipe';
import type { RunFile } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { runPaths } from '../../run/folder/paths';
import { readRun } from '../../run/folder/read';
import { readText } from '../../run/folder/read-file';
import { parseValidationLine } from '../../run/parse-entry';
import type { Validation } from '../../run/validation';
import { listRuns } from '../runs/list-runs';
import type { RunDetections } from './run-detections';

/** A run as one draw of its recipe. */
export type SeedDraw = {
  readonly recipe: string;
  /** Of the val set that it was validated on last; empty if it is not known. */
  readonly fingerprint: string;
  readonly seed: number;
  /** mAP50-95 of each epoch on that val set. */
  readonly maps: ReadonlyMap<number, number>;
  readonly best: { readonly epoch: number; readonly map: number };
};

type Side = Pick<RunDetections, 'dir' | 'epoch' | 'asked'>;

/**
 * The runs of both recipes besides the two that are compared, one value for each seed: the best of each run, or what each had at
 * the epoch that was asked for. Runs that were not validated then have none. `completed`: those of their folders.
 */
export async function seedsBeside(
  a: Side,
  b: Side,
  completed = () => drawsBeside([a.dir, b.dir]),
): Promise<SeedMaps> {
  const [first, second] = [
    await seedDraw(a.dir, await readRun(a.dir)),
    await seedDraw(b.dir, await readRun(b.dir)),
  ];
  if (!first || !second) return { a: [], b: [], sameRecipe: false };
  const epochs = { a: askedOf(a, b, first), b: askedOf(b, a, second) };
  const sameRecipe = first.recipe === second.recipe;
  if (sameRecipe && (isOneFolder(a, b) || epochs.a !== epochs.b))
    return { a: [], b: [], sameRecipe, otherEpochs: true };
  const others = await completed();
  const asked = epochs.a === undefined && epochs.b === undefined ? {} : { epochs };
  if (!sameRecipe)
    return {
      a: mapsOf([...others, first], first.recipe, epochs.a),
      b: mapsOf([...others, second], second.recipe, epochs.b),
      sameRecipe,
      ...asked,
    };
  const maps = mapsOf([...others, first, second], first.recipe, epochs.a);
  return { a: maps, b: maps, sameRecipe };
}

const isOneFolder = (a: Side, b: Side): boolean => path.resolve(a.dir) === path.resolve(b.dir);

/** The epoch that a side was asked for; the best of a run beside the best of another is that, whether it was asked for or not. */
function askedOf(own: Side, other: Side, { best }: SeedDraw): AskedEpochs['a'] {
  if (!own.asked || (!other.asked && own.epoch === best.epoch)) return undefined;
  return own.epoch;
}

/** Of the draws of one recipe, the last of each seed. */
function mapsOf(draws: readonly SeedDraw[], recipe: string, epoch: number | undefined): number[] {
  const bySeed = new Map<number, number>();
  for (const draw of draws.filter((one) => one.recipe === recipe)) {
    const map = epoch === undefined ? draw.best.map : draw.maps.get(epoch);
    if (map !== undefined) bySeed.set(draw.seed, map);
  }
  return [...bySeed.values()];
}

/** Completed runs in the folders of these, oldest first. */
export async function drawsBeside(dirs: readonly string[]): Promise<SeedDraw[]> {
  const folders = [...new Set(dirs.map((dir) => path.dirname(path.resolve(dir))))];
  const listed = (await Promise.all(folders.map((folder) => listRuns(folder)))).flatMap(({ runs }) => runs);
  const completed = listed.filter(({ presence }) => presence.state === 'completed');
  const draws = await Promise.all(completed.reverse().map(({ dir, run }) => seedDraw(dir, run)));
  return draws.filter((draw) => draw !== undefined);
}

/** Undefined of a run that was never validated. */
export async function seedDraw(dir: string, run: RunFile): Promise<SeedDraw | undefined> {
  const text = await readText(runPaths(dir).validation, { most: MOST_BYTES.log }).catch(() => '');
  const entries = text
    .split('\n')
    .filter(isValidation)
    .map((line) => parseValidationLine(line).value);
  const validated = entries.filter((entry): entry is Validation => entry?.type === 'validation');
  const last = validated.at(-1);
  if (!last) return undefined;
  const fingerprint = last.fingerprint ?? '';
  const { resolved } = run.experiment;
  const current = validated.filter((one) => one.fingerprint === last.fingerprint);
  return {
    recipe: recipeKey(resolved, fingerprint),
    fingerprint,
    seed: resolved.seed,
    maps: new Map(current.map(({ epoch, map }) => [epoch, map])),
    best: current.reduce((top, one) => (fitnessOf(one) >= fitnessOf(top) ? one : top)),
  };
}

/** As the keeper chooses the best. */
const fitnessOf = ({ fitness, map }: Validation): number => fitness ?? map;

/** The other lines are long, and nothing of them is needed. */
const isValidation = (line: string): boolean => line.includes('"validation"');
