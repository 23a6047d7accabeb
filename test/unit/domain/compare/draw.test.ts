import { expect, it } from 'vitest';
import { createRandom } from '../../../../src/base/random';
import { preparePair } from '../../../../src/domain/compare/compare';
import { compareRecords } from '../../../../src/domain/compare/compare-records';
import { drawWeights } from '../../../../src/domain/compare/draw';
import { drawnDifference, drawRecord } from '../../../../src/domain/compare/draw-record';
import { deviationOf } from '../../../../src/domain/compare/limits';
import type { DetectionFacts } from '../../../../src/domain/compare/record';
import { bootstrapPair, drawnMaps, meanPresent } from '../../../../src/domain/compare/replicates';
import { madeUp } from '../../../../src/domain/compare/small-classes';
import { makeScenes, toColumns } from '../../../helpers/detection-sets';

const IMAGES = 40;
const CLASSES = 3;

function weightsOf(replicate: number, of?: readonly number[]): Int32Array {
  const weights = new Int32Array(of?.length ?? IMAGES);
  const groups = of && { of: Uint32Array.from(of), count: Math.max(...of) + 1 };
  drawWeights(weights, { seed: 3, replicate, groups });
  return weights;
}

it('images of one group are drawn together', () => {
  for (let replicate = 0; replicate < 20; replicate++) {
    const weights = weightsOf(replicate, [0, 1, 0, 2, 1, 0]);
    expect(weights[2]).toBe(weights[0]);
    expect(weights[5]).toBe(weights[0]);
    expect(weights[4]).toBe(weights[1]);
    expect(weights[0] + weights[1] + weights[3]).toBe(3);
  }
});

it('groups of one image each are the images themselves', () => {
  const alone = Array.from({ length: IMAGES }, (_, i) => i);
  expect(weightsOf(5, alone)).toEqual(weightsOf(5));
  expect(weightsOf(5).reduce((sum, weight) => sum + weight, 0)).toBe(IMAGES);
  expect(weightsOf(5)).not.toEqual(weightsOf(6));
});

it('what is stored of one checkpoint is what a comparison of two draws', () => {
  const { groundTruth, a, b } = toColumns(makeScenes(IMAGES, CLASSES, 2, 1), CLASSES);
  const pair = preparePair(groundTruth, a, b);
  const of = Uint32Array.from({ length: IMAGES }, (_, i) => i >> 2);
  for (const groups of [undefined, { of, count: IMAGES / 4 }]) {
    const range = { seed: 0, from: 2, to: 22, groups };
    const both = bootstrapPair(pair, range);
    const maps = Array.from({ length: 20 }, (_, i) =>
      meanPresent(both.b.subarray(CLASSES * i, CLASSES * (i + 1))),
    );
    expect(drawnMaps(pair.rule, pair.b, range)).toEqual(Float64Array.from(maps));
  }
});

const header = (images: number, classes: number): DetectionFacts => ({
  fingerprint: 'c:1',
  classes: Array.from({ length: classes }, (_, c) => `class ${c}`),
  images,
  files: [],
  sizes: [],
  rule: {
    ...{ name: 'ultralytics', imgsz: 640, conf: 0.001, iou: 0.7, max_det: 300 },
    ...{ single_cls: false, split: 'val', exif: 'applied' },
  },
});

it.each([
  ['70 classes, most in few images', 40, 70],
  ['3 classes', 60, 3],
])('kept draws of two give the limits of their comparison: %s', (_, images, classes) => {
  const { groundTruth, a, b } = toColumns(makeScenes(images, classes, 3, 2), classes);
  const [before, now] = [a, b].map((detections) => ({
    header: header(images, classes),
    detections,
    truth: groundTruth,
  }));
  const found = compareRecords(before, now, { replicates: 100 });
  if (found.kind === 'refused') throw new Error(found.why.template);
  const { map, low, high, probabilityBetter } = found.comparison;
  const kept = drawnDifference(drawRecord(before, 100), drawRecord(now, 100));
  expect(kept.difference).toBeCloseTo(map, 12);
  expect(kept.low).toBeCloseTo(low, 10);
  expect(kept.high).toBeCloseTo(high, 10);
  expect(kept.probabilityBetter).toBe(probabilityBetter);
});

it('draws vary more than the plain ones if classes are in few images only, and hardly if all are in many', () => {
  const widening = (images: number, classes: number): number => {
    const { groundTruth, a } = toColumns(makeScenes(images, classes, 1, 2), classes);
    const { a: scored, rule } = preparePair(groundTruth, a, a);
    const plain = drawnMaps(rule, scored, { seed: 0, from: 0, to: 100 });
    const kept = drawRecord({ header: header(images, classes), detections: a, truth: groundTruth }, 100);
    return deviationOf(kept.maps) / deviationOf(plain);
  };
  expect(widening(40, 30)).toBeGreaterThan(1.05);
  expect(widening(400, 3)).toBeLessThan(1.02);
});

/** What a class in m of n images adds to each draw: the mean of its drawn values, nothing if none is drawn; others are as rare. */
function addedOf(values: readonly number[], n: number): Float64Array {
  const present = 1 - (1 - values.length / n) ** n;
  return Float64Array.from({ length: 150 }, (_, replicate) => {
    const weights = new Int32Array(n);
    drawWeights(weights, { seed: 5, replicate });
    const count = values.reduce((sum, _value, i) => sum + weights[i], 0);
    const sum = values.reduce((total, value, i) => total + weights[i] * value, 0);
    return count === 0 ? 0 : sum / count / present;
  });
}

it.each([
  [1, 60],
  [2, 60],
  [3, 60],
  [4, 60],
  [3, 5],
  [10, 10],
])('a class in %i of %i images varies as much as it should once it is made up for', (m, n) => {
  const random = createRandom(m, n);
  const variances = Array.from({ length: 600 }, () => {
    const values = Array.from({ length: m }, () => random.normal());
    return deviationOf(addedOf(values, n)) ** 2;
  });
  const mean = variances.reduce((sum, value) => sum + value, 0) / variances.length;
  expect(Math.abs(mean * madeUp(m, n) * m - 1)).toBeLessThan(0.15);
});

it('of many images hardly anything is made up for, and never less than nothing', () => {
  for (const n of [50, 300, 5000])
    for (const m of [4, 8, 30, 31, n]) {
      expect(madeUp(m, n)).toBeGreaterThanOrEqual(1);
      expect(madeUp(m, n)).toBeLessThan(1.03);
    }
});
