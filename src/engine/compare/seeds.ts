import path from 'node:path';
import { type AsTrained, type ChangeInFlight, unlikeTrained } from '../../domain/compare/as-trained';
import type { AskedEpochs, SeedMaps } from '../../domain/compare/between-seeds';
import { recipeKey } from '../../domain/compare/recipe';
import { bestValidated, onLatestValSet } from '../../domain/run/val-set';
import { asTrained, changesInFlight } from '../../run/as-trained';
import type { RunFile } from '../../run/files';
import type { RunState } from '../../run/state';
import { listRuns, type RunSummary } from '../runs/list-runs';
import { type RunDetections, readState } from './run-detections';

/** A run as one draw of its recipe. */
export type SeedDraw = {
  readonly recipe: string;
  /** Of the val set that it was validated on last; empty if it is not known. */
  readonly fingerprint: string;
  readonly seed: number;
  readonly trained: AsTrained;
  /** It is not a seed of its recipe if there are any. */
  readonly changes: readonly ChangeInFlight[];
  /** mAP50-95 of each epoch on that val set. */
  readonly maps: ReadonlyMap<number, number>;
  readonly best: { readonly epoch: number; readonly map: number };
};

/** A run with all that its files tell, so that they are read once. */
type ReadRun = { readonly dir: string; readonly state: RunState };
type Side = ReadRun & Pick<RunDetections, 'epoch' | 'asked'>;

/**
 * The runs of both recipes besides the two that are compared, one value for each seed: the best of each run, or what each had at
 * the epoch that was asked for. Runs that were not validated then have none. `completed`: those of their folders.
 */
export async function seedsBeside(
  a: Side,
  b: Side,
  completed = () => drawsBeside([a, b]),
): Promise<SeedMaps> {
  const [first, second] = [seedDraw(a.state), seedDraw(b.state)];
  if (!first || !second) return NO_SEEDS;
  const epochs = { a: askedOf(a, b, first), b: askedOf(b, a, second) };
  const sameRecipe = isOfRecipe(first)(second);
  const apart = notOfSeeds([a, first], [b, second], sameRecipe && epochs.a !== epochs.b);
  if (apart) return { ...NO_SEEDS, ...apart };
  const draws = (await completed()).filter(({ changes }) => changes.length === 0);
  if (sameRecipe) {
    const maps = mapsOf([...draws, first, second], first, epochs.a);
    return { a: maps, b: maps, sameRecipe };
  }
  return {
    a: mapsOf([...draws, first], first, epochs.a),
    b: mapsOf([...draws, second], second, epochs.b),
    sameRecipe,
    ...unlikeOf(first, second),
    ...(isAsked(epochs) && { epochs }),
  };
}

const NO_SEEDS: SeedMaps = { a: [], b: [], sameRecipe: false };

const isAsked = ({ a, b }: AskedEpochs): boolean => a !== undefined || b !== undefined;

type Drawn = readonly [Side, SeedDraw];

/** Why the two are not a matter of seeds; undefined if they are. */
function notOfSeeds(
  [a, first]: Drawn,
  [b, second]: Drawn,
  otherEpochs: boolean,
): Partial<SeedMaps> | undefined {
  if (isOneFolder(a, b)) return { sameRecipe: true, otherEpochs: true };
  if (first.changes.length + second.changes.length > 0)
    return { changed: { a: first.changes, b: second.changes } };
  return otherEpochs ? { sameRecipe: true, otherEpochs } : undefined;
}

function unlikeOf(a: SeedDraw, b: SeedDraw): Pick<SeedMaps, 'unlike'> {
  const unlike = a.recipe === b.recipe ? unlikeTrained(a.trained, b.trained) : undefined;
  return unlike ? { unlike } : {};
}

const isOneFolder = (a: Side, b: Side): boolean => path.resolve(a.dir) === path.resolve(b.dir);

/** The epoch that a side was asked for; the best of a run beside the best of another is that, whether it was asked for or not. */
function askedOf(own: Side, other: Side, { best }: SeedDraw): AskedEpochs['a'] {
  if (!own.asked || (!other.asked && own.epoch === best.epoch)) return undefined;
  return own.epoch;
}

/** Of one experiment, and as far as is known trained alike. */
const isOfRecipe =
  (one: SeedDraw) =>
  (other: SeedDraw): boolean =>
    one.recipe === other.recipe && unlikeTrained(one.trained, other.trained) === undefined;

/** Of the draws of the recipe of one, the last of each seed. */
function mapsOf(draws: readonly SeedDraw[], of: SeedDraw, epoch: number | undefined): number[] {
  const bySeed = new Map<number, number>();
  for (const draw of draws.filter(isOfRecipe(of))) {
    const map = epoch === undefined ? draw.best.map : draw.maps.get(epoch);
    if (map !== undefined) bySeed.set(draw.seed, map);
  }
  return [...bySeed.values()];
}

/** Completed runs of the same recipes in the folders of these, oldest first. */
export async function drawsBeside(known: readonly ReadRun[]): Promise<SeedDraw[]> {
  const recipes = new Set(known.flatMap(({ state: { run } }) => (run ? [askedRecipe(run)] : [])));
  const folders = [...new Set(known.map(({ dir }) => path.dirname(path.resolve(dir))))];
  const listed = (await Promise.all(folders.map((folder) => listRuns(folder)))).flatMap(({ runs }) => runs);
  return drawsOf(listed.filter(({ run }) => recipes.has(askedRecipe(run))).reverse(), known);
}

/** Of those that have completed and were validated. One after the other: the steps of a run fill memory. */
export async function drawsOf(
  runs: readonly RunSummary[],
  known: readonly ReadRun[] = [],
): Promise<(SeedDraw & { readonly dir: string })[]> {
  const states = new Map(known.map(({ dir, state }) => [path.resolve(dir), state]));
  const draws: (SeedDraw & { readonly dir: string })[] = [];
  for (const { dir, presence } of runs) {
    if (presence.state !== 'completed') continue;
    const draw = seedDraw(states.get(path.resolve(dir)) ?? (await readState(dir)));
    if (draw) draws.push({ ...draw, dir });
  }
  return draws;
}

/** Of a run whose val set need not be known. */
const askedRecipe = ({ experiment }: RunFile): string => recipeKey(experiment.resolved, '');

/**
 * Undefined of a run that was never validated. Of its validations those count that every list and page shows: not what a rewind
 * or a resume took back.
 */
export function seedDraw(state: RunState): SeedDraw | undefined {
  const { run, validations } = state;
  const best = bestValidated(validations.values());
  if (!run || !best) return undefined;
  const fingerprint = best.fingerprint ?? '';
  const { resolved } = run.experiment;
  const current = onLatestValSet(validations.values()).filter(({ map }) => Number.isFinite(map));
  return {
    recipe: recipeKey(resolved, fingerprint),
    fingerprint,
    seed: resolved.seed,
    trained: asTrained(state),
    changes: changesInFlight(state),
    maps: new Map(current.map(({ epoch, map }) => [epoch, map])),
    best,
  };
}
