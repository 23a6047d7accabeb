import path from 'node:path';
import { type Words, words } from '../../base/words';
import { judgeRecipes, type RecipeVerdict } from '../../domain/compare/between-seeds';
import { type ComparedRecords, compareRecords } from '../../domain/compare/compare-records';
import { type DrawnDifference, drawnDifference } from '../../domain/compare/draw-record';
import type { Refused } from '../../domain/compare/footing';
import { OTHER_DRAWS } from '../../domain/compare/many';
import { SIDES } from '../../domain/compare/sides';
import type { DrawnSentenceParts } from '../../domain/compare/verdict-sentences';
import { metricNames } from '../../domain/run/task';
import type { RunState } from '../../run/state';
import {
  type DrawnCheckpoint,
  type Evidence,
  evidenceOf,
  type Opened,
  openAsked,
  taskRefusal,
} from './evidence';
import type { RunDetections } from './run-detections';
import { seedsBeside } from './seeds';

/** Two checkpoints judged on the same images, and what is known of the recipes behind them. */
export type RunsCompared = ComparedRecords & {
  readonly recipes: RecipeVerdict;
  /** A and B are one checkpoint. */
  readonly isSame: boolean;
};

/** Two checkpoints by the metric of their task on the same draws. */
export type DrawnCompared = DrawnSentenceParts & {
  readonly kind: 'drawn';
  readonly a: DrawnCheckpoint;
  readonly b: DrawnCheckpoint;
};

export type BoxesCompared = {
  readonly kind: 'boxes';
  readonly a: RunDetections;
  readonly b: RunDetections;
  readonly compared: RunsCompared;
};

/** The best checkpoints of two run folders; throws one line if a run has nothing to be compared by. */
export async function compareBest(a: string, b: string): Promise<RunsCompared | DrawnCompared | Refused> {
  const open = (dir: string) => openAsked({ text: path.basename(dir), dir, epoch: undefined });
  const result = await compareOpened(await open(a), await open(b));
  return result.kind === 'boxes' ? result.compared : result;
}

/** Is the second better than the first? Used by the command line and the dashboard. */
export async function compareOpened(
  first: Opened,
  second: Opened,
): Promise<BoxesCompared | DrawnCompared | Refused> {
  const why = taskRefusal(first.state, second.state);
  if (why) return { kind: 'refused', why };
  const [a, b] = [await evidenceOf(first), await evidenceOf(second)];
  if (a.kind === 'boxes' && b.kind === 'boxes') return compareBoxes(a, b, [first.state, second.state]);
  if (a.kind === 'drawn' && b.kind === 'drawn') return compareDrawn(a, b, [first.state, second.state]);
  return { kind: 'refused', why: OTHER_JUDGE };
}

/** Of a detector whose boxes only its own library finds. */
export const OTHER_JUDGE: Words = words(
  "one of {0} and {1} was judged by Ultralytics' own val, the other one by its boxes",
  SIDES.a,
  SIDES.b,
);

type States = readonly [RunState, RunState];

async function compareBoxes(
  a: RunDetections,
  b: RunDetections,
  states: States,
): Promise<BoxesCompared | Refused> {
  const result = compareRecords(a.file, b.file);
  if (result.kind === 'refused') return result;
  const recipes = judgeRecipes(await seedsOf(a, b, states), result.comparison);
  return { kind: 'boxes', a, b, compared: { ...result, isSame: isSame(a, b), recipes } };
}

const seedsOf = (a: Evidence, b: Evidence, [first, second]: States) =>
  seedsBeside({ ...a, state: first }, { ...b, state: second });

async function compareDrawn(
  a: DrawnCheckpoint,
  b: DrawnCheckpoint,
  states: States,
): Promise<DrawnCompared | Refused> {
  if (a.drawn.key !== b.drawn.key) return { kind: 'refused', why: OTHER_DRAWS };
  const difference: DrawnDifference = drawnDifference(a.drawn, b.drawn);
  return {
    ...{ kind: 'drawn', a, b, difference, isSame: isSame(a, b) },
    metric: metricNames(a.task)[0],
    draws: { count: a.drawn.maps.length, units: a.drawn.units },
    recipes: judgeRecipes(await seedsOf(a, b, states), difference),
  };
}

type CheckpointPlace = { readonly dir: string; readonly epoch: number };

const isSame = (a: CheckpointPlace, b: CheckpointPlace): boolean =>
  path.resolve(a.dir) === path.resolve(b.dir) && a.epoch === b.epoch;
