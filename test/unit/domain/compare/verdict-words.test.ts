import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { inEnglish, say, type Words } from '../../../../src/base/words';
import { compareLines } from '../../../../src/cli/compare/lines';
import { styleFor } from '../../../../src/cli/output/style';
import { judgeRecipes, type SeedMaps } from '../../../../src/domain/compare/between-seeds';
import { compareDetections } from '../../../../src/domain/compare/compare';
import { CORRECTED_FOR_CLASSES, NOT_BY_CLASS } from '../../../../src/domain/compare/sentences';
import { drawnSentences, verdictSentences } from '../../../../src/domain/compare/verdict-sentences';
import type { RunDetections } from '../../../../src/engine/compare/run-detections';
import { comparisonOf } from '../../../../src/protocol/dashboard/run-comparison';
import { makeScenes, toColumns } from '../../../helpers/detection-sets';
import { repositoryRoot } from '../../../helpers/shared';
import { collector } from '../../cli/harness';

const CLASSES = 3;
const NAMES = { a: 'A', b: 'B' };
const table = JSON.parse(
  readFileSync(path.join(repositoryRoot, 'media/l10n/bundle.l10n.zh-cn.json'), 'utf8'),
);
const inChinese = (words: Words): string => say(words, createTranslate(table));

type Case = { readonly worse: number; readonly images?: number; readonly seeds?: Partial<SeedMaps> };

/** Two detectors on the same images, B's boxes `worse` times as far off as A's. */
function judged({ worse, images = 120, seeds = {} }: Case) {
  const { groundTruth, a, b } = toColumns(makeScenes(images, CLASSES, worse, 7), CLASSES);
  const comparison = compareDetections(groundTruth, a, b, { replicates: 200 });
  const recipes = judgeRecipes({ a: [0.5], b: [0.5], sameRecipe: false, ...seeds }, comparison);
  const classes = Array.from({ length: CLASSES }, (_, c) => `class ${c}`);
  return { kind: 'compared', comparison, recipes, classes, said: [], isSame: false } as const;
}

const CASES: readonly [string, Case, RegExp][] = [
  [
    'worse',
    { worse: 4 },
    /^on images like these A's boxes are better by \+0\.\d{4} \(95 %: \+0\.\d{4} to \+0\.\d{4}\)$/,
  ],
  [
    'better',
    { worse: 0.2 },
    /^on images like these B's boxes are better by \+0\.\d{4} \(95 %: \+0\.\d{4} to \+0\.\d{4}\)$/,
  ],
  [
    'not to be told apart',
    { worse: 1, images: 40 },
    /^on images like these the boxes of A and B cannot be told apart \(95 %: [-−]0\.\d{4} to \+0\.\d{4}\)$/,
  ],
  [
    'with seeds',
    { worse: 4, seeds: { a: [0.5, 0.51, 0.52], b: [0.4, 0.41, 0.42] } },
    /^on images like these A's boxes/,
  ],
  [
    'of one recipe',
    { worse: 4, seeds: { a: [0.5, 0.51, 0.53], sameRecipe: true } },
    /^on images like these A's boxes/,
  ],
];

describe.each(CASES)('a verdict is one sentence, the same in every place: %s', (_, how, expected) => {
  const compared = judged(how);
  const sentences = verdictSentences(compared, NAMES);

  it('says who, by how much and on what ground', () => {
    expect(inEnglish(sentences[0])).toMatch(expected);
    expect(inEnglish(sentences[1])).toMatch(/^judged by 200 draws of \d+ val images$/);
    for (const sentence of sentences)
      expect(inEnglish(sentence)).not.toMatch(/\. [A-Z]|NaN|undefined|\{\d\}/);
  });

  it('is printed by the command line in these words', () => {
    const run = { dir: '/runs/x', epoch: 3 } as RunDetections;
    const style = styleFor({ env: {} } as Parameters<typeof styleFor>[0], collector());
    const lines = compareLines({ kind: 'boxes', a: run, b: run, compared }, style);
    for (const sentence of sentences) expect(lines).toContain(`       ${inEnglish(sentence)}`);
  });

  it('has Chinese words, with the same numbers', () => {
    const numbers = (text: string): string[] => (text.match(/[+-]?\d+(\.\d+)?/g) ?? []).sort();
    for (const sentence of sentences) {
      expect(inChinese(sentence)).toMatch(/\p{Script=Han}/u);
      expect(numbers(inChinese(sentence))).toEqual(numbers(inEnglish(sentence)));
    }
  });
});

describe('too few val images', () => {
  const compared = judged({ worse: 4, images: 4 });
  const run = { dir: '/runs/x', epoch: 3 } as RunDetections;
  const style = styleFor({ env: {} } as Parameters<typeof styleFor>[0], collector());
  const text = compareLines({ kind: 'boxes', a: run, b: run, compared }, style).join('\n');

  it('have no verdict, no interval and no probability, of all or of a class', () => {
    expect(inEnglish(verdictSentences(compared, NAMES)[0])).toBe(
      'A and B are not judged: fewer than 5 val images or groups of them',
    );
    expect(text).not.toMatch(/% of draws|%:|[AB] is better|\d to [-+]\d|corrected/);
  });
});

it('beneath a table of classes it says that verdicts are corrected for their number', () => {
  const run = { dir: '/runs/x', epoch: 3 } as RunDetections;
  const style = styleFor({ env: {} } as Parameters<typeof styleFor>[0], collector());
  const compared = judged({ worse: 4 });
  expect(compareLines({ kind: 'boxes', a: run, b: run, compared }, style)).toContain(
    inEnglish(CORRECTED_FOR_CLASSES),
  );
  const notes = comparisonOf(compared, NAMES).notes.map(({ words }) => words);
  expect(notes).toContainEqual(NOT_BY_CLASS);
  for (const words of [CORRECTED_FOR_CLASSES, NOT_BY_CLASS])
    expect(inChinese(words)).toMatch(/\p{Script=Han}/u);
});

describe.each([
  [
    'better',
    [0.12, 0.05, 0.19],
    /^on images like these B is better by \+0\.1200 of mask mAP \(95 %: \+0\.0500 to \+0\.1900\)$/,
  ],
  [
    'worse',
    [-0.12, -0.19, -0.05],
    /^on images like these A is better by \+0\.1200 of mask mAP \(95 %: \+0\.0500 to \+0\.1900\)$/,
  ],
  [
    'not to be told apart',
    [0.01, -0.02, 0.04],
    /^on images like these A and B cannot be told apart by mask mAP \(95 %: /,
  ],
  ['the same', [0, 0, 0], /^A and B have the same mask mAP on every draw: there is no difference$/],
] as const)('a verdict by the metric of a task: %s', (_, [difference, low, high], expected) => {
  const limits = { difference, low, high, probabilityBetter: 0.5 };
  const recipes = judgeRecipes({ a: [0.5], b: [0.5], sameRecipe: false }, limits);
  const draws = { count: 300, units: 40 };
  const sentences = drawnSentences(
    { metric: 'mask mAP', difference: limits, draws, recipes, isSame: false },
    NAMES,
  );

  it('says who, by how much and on what ground, in both languages', () => {
    expect(inEnglish(sentences[0])).toMatch(expected);
    expect(inEnglish(sentences[1])).toBe('judged by 300 draws of 40 val images');
    for (const sentence of sentences) {
      expect(inEnglish(sentence)).not.toMatch(/\. [A-Z]|NaN|undefined|\{\d\}/);
      expect(inChinese(sentence)).toMatch(/\p{Script=Han}/u);
    }
  });
});
