import { expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../src/base/random';
import { compareWithBest } from '../../../../src/domain/compare/best';
import { drawWeights } from '../../../../src/domain/compare/draw';
import { meanOf } from '../../../../src/domain/compare/limits';
import { type Candidate, worseOnes } from '../../../../src/domain/compare/worse';

const IMAGES = 100;
const REPLICATES = 200;
const DRAWS = Array.from({ length: REPLICATES }, (_, replicate) => {
  const weights = new Int32Array(IMAGES);
  drawWeights(weights, { seed: 0, replicate });
  return weights;
});

/** A checkpoint that scores `level` on an image in the mean; its score is the mean over images, as mAP nearly is. */
function candidate(level: number, random: Random): Candidate {
  const scores = Float64Array.from({ length: IMAGES }, () => level + 0.1 * random.normal());
  const draws = DRAWS.map(
    (weights) => scores.reduce((sum, score, i) => sum + score * weights[i], 0) / IMAGES,
  );
  return { map: meanOf(scores), draws: Float64Array.from(draws) };
}

function runOf(levels: readonly number[], seed: number): Candidate[] {
  const random = createRandom(seed);
  return levels.map((level) => candidate(level, random));
}

const EQUAL = Array.from({ length: 20 }, () => 0.5);

it('of equally good checkpoints hardly any is called worse than the best as it comes, and in hardly a run in the end', () => {
  const runs = Array.from({ length: 50 }, (_, seed) => runOf(EQUAL, seed));
  const wrong = runs.map((run) =>
    run.slice(1).map((_, i) => compareWithBest(run.slice(0, i + 2), IMAGES).isWorse[i + 1]),
  );
  expect(wrong.flat().filter(Boolean).length / wrong.flat().length).toBeLessThan(0.02);
  const atEnd = runs.filter((run) => compareWithBest(run, IMAGES).isWorse.some(Boolean));
  expect(atEnd.length).toBeLessThanOrEqual(6);
});

it('a checkpoint that is clearly worse is called so, and no other', () => {
  const { isWorse, undecided, best } = compareWithBest(runOf([...EQUAL, 0.4], 1), IMAGES);
  expect(isWorse).toEqual([...EQUAL.map(() => false), true]);
  expect(undecided).toHaveLength(20);
  expect(undecided).toContain(best);
});

it.each([2, 3])(
  'of 300 equally good ones none is below the mean of the others, whichever are the highest',
  (seed) => {
    const random = createRandom(seed);
    const noise = (): number => 0.01 * random.normal();
    const equal = Array.from({ length: 300 }, () => ({
      map: 0.5 + noise(),
      draws: Float64Array.from({ length: 100 }, noise),
    }));
    expect(worseOnes(equal, 100).size).toBe(0);
  },
);

it('the optimism of the best is that of a maximum', () => {
  const runs = Array.from({ length: 60 }, (_, seed) => runOf(EQUAL, 500 + seed));
  const lead = meanOf(runs.map((run) => Math.max(...run.map(({ map }) => map)) - 0.5));
  const told = meanOf(runs.map((run) => compareWithBest(run, IMAGES).optimism));
  expect(Math.abs(told / lead - 1)).toBeLessThan(0.15);
});

it('while a run goes on, one of equal ones is seldom called worse at any look, and a clear loss at once', () => {
  const runs = Array.from({ length: 60 }, (_, seed) => runOf(EQUAL, 900 + seed));
  const ever = (moment: 'going' | 'ended'): number =>
    runs.filter((run) =>
      run.some((_, i) => compareWithBest(run.slice(0, i + 1), IMAGES, moment).isWorse.some(Boolean)),
    ).length;
  // With the whole chance at each look it is a fifth of runs of twenty, and a third of runs of fifty.
  expect(ever('going')).toBeLessThanOrEqual(6);
  expect(ever('ended')).toBeGreaterThan(ever('going'));
  expect(compareWithBest(runOf([...EQUAL, 0.4], 1), IMAGES, 'going').isWorse.at(-1)).toBe(true);
});

it('one checkpoint twice is not worse than itself', () => {
  const [one] = runOf([0.5], 3);
  expect(compareWithBest([one, one], IMAGES)).toMatchObject({
    best: 1,
    isWorse: [false, false],
    undecided: [0, 1],
    optimism: 0,
  });
});

it.each([
  ['none', [], -1],
  ['one', runOf([0.5], 4), 0],
])('of %s there is nothing to compare', (_, candidates, best) => {
  const result = compareWithBest(candidates, IMAGES);
  expect(result).toMatchObject({ best, optimism: 0 });
  expect(result.undecided).toHaveLength(candidates.length);
});

it('draws without a label count for no one', () => {
  const [a, b] = runOf([0.5, 0.3], 5);
  const lacking = (one: Candidate): Candidate => ({ ...one, draws: one.draws.with(7, Number.NaN) });
  expect(compareWithBest([lacking(a), lacking(b)], IMAGES).undecided).toEqual([0]);
  expect(compareWithBest([lacking(a), b], IMAGES)).toEqual(compareWithBest([lacking(a), lacking(b)], IMAGES));
});
