import { describe, expect, it } from 'vitest';
import { inEnglish, words } from '../../../../src/base/words';
import { judgeRecipes, type SeedMaps } from '../../../../src/domain/compare/between-seeds';
import type { DrawnUnits } from '../../../../src/domain/compare/compare';
import { lackSentence } from '../../../../src/domain/compare/lack';
import { recipeKey } from '../../../../src/domain/compare/recipe';
import {
  boxesSentence,
  epochsSentence,
  groundSentence,
  recipeSentence,
} from '../../../../src/domain/compare/sentences';
import { SIDES, withNames } from '../../../../src/domain/compare/sides';
import { studentQuantile } from '../../../../src/domain/compare/student';
import { wholeExperiment } from '../../../helpers/whole-experiment';

const NAMES = { a: 'A', b: 'B' };
const sentence = (seeds: Partial<SeedMaps>, limits = { low: 0.01, high: 0.03 }): string =>
  inEnglish(
    recipeSentence(judgeRecipes({ a: [], b: [], sameRecipe: false, ...seeds }, limits), limits, NAMES),
  );

describe('what is known of two recipes', () => {
  it('is nothing from one run each, whatever their boxes tell', () => {
    expect(sentence({ a: [0.5], b: [0.6] })).toBe(
      "whether B's recipe is better is not known from one run each",
    );
    expect(sentence({ a: [0.5], b: [0.6] }, { low: -0.01, high: 0.03 })).toBe(
      'which recipe is better is not known from one run each',
    );
  });

  it('is nothing if one has no value, however many the other has', () => {
    expect(sentence({ a: [], b: [0.5, 0.6, 0.7] })).toContain('is not known from one run each');
  });

  it('is their spread, with n, if other seeds were trained', () => {
    // Pooled deviation .01, standard error .01 * sqrt(1/3 + 1/3) of seeds and .01 / 1.96 of images, together .00963, of 7
    // degrees of freedom, t 2.365: half .02277.
    const seeds = { a: [0.49, 0.5, 0.51], b: [0.54, 0.55, 0.56] };
    expect(judgeRecipes({ ...seeds, sameRecipe: false }, { low: 0.01, high: 0.03 })).toMatchObject({
      kind: 'seeds',
      runsA: 3,
      runsB: 3,
      spread: expect.closeTo(0.01, 10),
      low: expect.closeTo(0.02723, 4),
      high: expect.closeTo(0.07277, 4),
      verdict: 'second',
    });
    expect(sentence(seeds)).toBe(
      "B's recipe is better, by n = 3 and 3 seeds: +0.0500, 95 % +0.0272 to +0.0728",
    );
    expect(sentence({ a: seeds.a, b: [0.51] })).toMatch(
      /^n = 3 and 1 seeds do not show which recipe is better/,
    );
  });

  it('is luck alone if both are of one recipe', () => {
    expect(sentence({ a: [0.5, 0.52, 0.51], sameRecipe: true })).toBe(
      'both runs are of one recipe: that B is better is the luck of its training; n = 3 seeds of it spread by 0.010',
    );
    expect(sentence({ a: [0.5, 0.52], sameRecipe: true })).toBe(
      'both runs are of one recipe: that B is better is the luck of its training; how far its seeds spread is not known from these two',
    );
    const recipes = judgeRecipes({ a: [0.5, 0.52, 0.51], b: [], sameRecipe: true }, { low: -0.1, high: 0.1 });
    expect(inEnglish(recipeSentence(recipes, { low: -0.1, high: 0.1 }, NAMES))).toBe(
      'both runs are of one recipe: what difference there is comes from the luck of training; n = 3 seeds of it spread by 0.010',
    );
    expect(sentence({ a: [0.5], sameRecipe: true })).toBe('both runs are of one recipe and one seed');
  });

  it('is not luck if the epochs are others', () => {
    expect(sentence({ sameRecipe: true, otherEpochs: true })).toBe(
      'both are of one recipe, at other epochs: seeds of it do not say whether it gains by training longer',
    );
  });

  it('is said to be of the epochs that were asked for', () => {
    const boxes = { low: 0.01, high: 0.03 };
    const said = (epochs: SeedMaps['epochs']): string => {
      const seeds = { a: [0.49, 0.5, 0.51], b: [0.54, 0.55, 0.56], sameRecipe: false };
      const recipes = judgeRecipes({ ...seeds, ...(epochs && { epochs }) }, boxes);
      const found = epochsSentence(recipes, NAMES);
      return found ? inEnglish(found) : 'the best';
    };
    expect(said(undefined)).toBe('the best');
    expect(said({ a: 3, b: 3 })).toBe('of each run its epoch 3 counts, and not its best');
    expect(said({ a: 1 })).toBe('of the runs of A epoch 1 counts, of those of B the best epoch of each');
  });
});

describe('what is lacking for a verdict between recipes', () => {
  const lack = (seeds: Partial<SeedMaps>, low: number, high: number): string => {
    const boxes = { low, high, map: (low + high) / 2 };
    const recipes = judgeRecipes({ a: [], b: [], sameRecipe: false, ...seeds }, boxes);
    const sentence = lackSentence(recipes, boxes);
    return sentence ? inEnglish(sentence) : 'nothing';
  };

  it('with one run each: seeds, and images if the boxes are not told apart', () => {
    expect(lack({ a: [0.5], b: [0.6] }, 0.01, 0.03)).toBe(
      'what is lacking is the spread between seeds: at least two runs of each recipe (pitwall repeat CONFIG --seeds 5)',
    );
    // Error .02 / 1.96, difference .01: (2.8 * .0102 / .01) squared.
    expect(lack({ a: [0.5], b: [0.6] }, -0.01, 0.03)).toMatch(
      /--seeds 5\); about 8\.2 times as many val images would tell these two apart$/,
    );
  });

  it('with some: how many more, or images if no number of them would do', () => {
    const close = { a: [0.49, 0.51, 0.5], b: [0.5, 0.53, 0.515] };
    expect(lack(close, 0.01, 0.02)).toBe('about 16 seeds of each would decide a difference of this size');
    // Spread .0125 and .015 apart: three seeds leave no room for images, 24 leave half of it.
    expect(lack(close, -0.03, 0.06)).toBe(
      'about 36.7 times as many val images and 24 seeds of each would decide a difference of this size',
    );
    const steady = { a: [0.5, 0.501, 0.502], b: [0.51, 0.512, 0.511] };
    expect(lack(steady, -0.02, 0.04)).toMatch(/^about 19\.9 times as many val images would decide/);
    expect(lack({ a: [0.5, 0.52], b: [0.511, 0.511] }, -0.05, 0.05)).toMatch(
      /^so small a difference is beyond/,
    );
    expect(lack({ a: [0.49, 0.5], b: [0.59, 0.6] }, 0.09, 0.11)).toBe('nothing');
    expect(lack({ a: [0.49, 0.5, 0.495], b: [0.6] }, 0.09, 0.11)).toBe(
      'of one recipe there is one run: its spread is taken to be that of the other',
    );
    expect(lack({ a: [0.49, 0.5], sameRecipe: true }, 0.09, 0.11)).toBe('nothing');
  });

  it('is never what there is already', () => {
    // By the formula two of each would do; there are two of each, and they did not.
    expect(lack({ a: [0.49, 0.5], b: [0.51, 0.53] }, 0.019, 0.031)).toMatch(/^about [3-9] seeds of each/);
  });

  it('of two epochs of one run is more images, or nothing', () => {
    const epochs = { a: [], b: [], sameRecipe: true, otherEpochs: true };
    expect(lack(epochs, 0.01, 0.03)).toBe('nothing');
    expect(lack(epochs, -0.01, 0.03)).toBe('about 8.2 times as many val images would tell these two apart');
  });
});

it('a headline tells of boxes and of images like these, and by how much', () => {
  const headline = (map: number, low: number, high: number): string =>
    inEnglish(boxesSentence({ map, low, high }, NAMES));
  expect(headline(0.015, 0.01, 0.02)).toBe(
    "on images like these B's boxes are better by +0.0150 (95 %: +0.0100 to +0.0200)",
  );
  expect(headline(-0.015, -0.02, -0.01)).toBe(
    "on images like these A's boxes are better by +0.0150 (95 %: +0.0100 to +0.0200)",
  );
  expect(headline(0.005, -0.01, 0.02)).toBe(
    'on images like these the boxes of A and B cannot be told apart (95 %: −0.0100 to +0.0200)',
  );
  // What a verdict rests on is never shown as 0.
  expect(headline(-0.0001, -0.0004, -0.00003)).toBe(
    "on images like these A's boxes are better by +0.0001 (95 %: +0.00003 to +0.0004)",
  );
  // Also of two that find nothing at all, each in its own way.
  expect(headline(0, 0, 0)).toBe('A and B score the same whatever images are drawn: there is no difference');
});

it('the ground of a verdict is what was drawn', () => {
  const ground = (drawn: DrawnUnits): string => inEnglish(groundSentence({ drawn, replicates: 1000 }));
  expect(ground({ by: 'image', units: 128, designEffect: 1 })).toBe('judged by 1000 draws of 128 val images');
  expect(ground({ by: 'look', units: 26, designEffect: 3.14 })).toBe(
    'judged by 1000 draws of 26 groups of val images that look alike, which vary 3.1 times as much as single images',
  );
});

it('a sentence about A and B takes the names of the two, also within another', () => {
  const inner = words('{0} has {1} labels', SIDES.a, 3);
  const whole = words('{0}; {1} has none of class {2}', inner, SIDES.b, 'A');
  expect(inEnglish(withNames(whole, { a: 'lr-01', b: 'lr-02' }))).toBe(
    'lr-01 has 3 labels; lr-02 has none of class A',
  );
  expect(inEnglish(whole)).toBe('A has 3 labels; B has none of class A');
});

it('a recipe is the experiment without its seed, on one val set', () => {
  const one = wholeExperiment();
  const key = recipeKey(one, 'c:1');
  expect(recipeKey({ ...one, seed: 7, workers: 8, explicit: ['seed'] }, 'c:1')).toBe(key);
  expect(recipeKey(one, 'c:2')).not.toBe(key);
  expect(recipeKey({ ...one, schedule: { ...one.schedule, lr0: 0.5 } }, 'c:1')).not.toBe(key);
});

it.each([
  [1, 12.7062],
  [2, 4.30265],
  [3, 3.18245],
  [10, 2.22814],
  [30, 2.04227],
])("Student's t of %d degrees of freedom is that of the tables", (freedom, t) => {
  expect(studentQuantile(0.975, freedom)).toBeCloseTo(t, 4);
});
