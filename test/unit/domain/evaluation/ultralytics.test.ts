import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { Scored } from '../../../../src/domain/evaluation/scored';
import type { Detections, GroundTruth } from '../../../../src/domain/evaluation/types';
import { bestConfidence } from '../../../../src/domain/evaluation/ultralytics/confidence-curves';
import { curvesOf } from '../../../../src/domain/evaluation/ultralytics/curves';
import {
  evaluateUltralytics,
  ultralyticsMetrics,
} from '../../../../src/domain/evaluation/ultralytics/evaluate';
import { IOU_THRESHOLDS, matchUltralytics } from '../../../../src/domain/evaluation/ultralytics/match';

/** Judged detections of one image, as [class, thresholds passed] by descending score, and labels per class. */
function scoredFrom(
  scores: readonly number[],
  judged: readonly (readonly [number, number])[],
  labels: readonly number[],
): Scored {
  const order = judged.map((_, i) => i).sort((a, b) => judged[a][0] - judged[b][0] || scores[b] - scores[a]);
  const startsOf = (of: readonly number[]): Uint32Array =>
    Uint32Array.from({ length: labels.length + 1 }, (_, c) => of.filter((own) => own < c).length);
  const truth = labels.flatMap((count, c) => new Array<number>(count).fill(c));
  return {
    images: 1,
    classes: labels.length,
    thresholds: 10,
    start: startsOf(judged.map(([c]) => c)),
    image: new Uint32Array(judged.length),
    scores: Float64Array.from(order, (i) => scores[i]),
    hit: Int32Array.from(order, (i) => 2 ** judged[i][1] - 1),
    ignored: new Int32Array(judged.length),
    truthStart: startsOf(truth),
    truthImage: new Uint32Array(truth.length),
  };
}

it.each([
  { hits: [1, 1, 1], labels: 3, current: 0.995, legacy: 0.995 },
  { hits: [1], labels: 2, current: 0.495, legacy: 0.75 },
  { hits: [1, 0, 1], labels: 3, current: 0.555, legacy: 0.6672 },
  { hits: [0, 1], labels: 1, current: 0.4975, legacy: 0.4975 },
  { hits: [1, 1, 1, 1, 1, 0, 1, 1], labels: 10, current: 0.67, legacy: 0.805625 },
  { hits: [0, 0, 1], labels: 4, current: 0.0816666667, legacy: 0.2083333333 },
])('AP of $hits of $labels is $current, before 8.4.37 $legacy', ({ hits, labels, current, legacy }) => {
  const scores = hits.map((_, i) => 0.9 - 0.05 * i);
  const scored = scoredFrom(
    scores,
    hits.map((hit) => [0, hit] as const),
    [labels],
  );
  expect(ultralyticsMetrics(scored).map50).toBeCloseTo(current, 9);
  expect(ultralyticsMetrics(scored, { legacyTail: true }).map50).toBeCloseTo(legacy, 9);
});

it('a set of several classes scores as upstream: absent predictions count 0, absent labels not at all', () => {
  const scores = [0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1];
  const classes = [0, 1, 0, 0, 1, 2, 1, 0, 2, 1, 0, 3];
  const passed = [10, 8, 0, 6, 10, 0, 3, 1, 5, 0, 2, 0];
  const judged = classes.map((c, i) => [c, passed[i]] as const);
  const metrics = ultralyticsMetrics(scoredFrom(scores, judged, [5, 3, 2, 0, 1]));
  const column = (pick: (one: (typeof metrics.perClass)[number]) => number): number[] =>
    metrics.perClass.map(pick);
  const check = (actual: readonly number[], expected: readonly number[]): void =>
    expected.forEach((value, i) => {
      expect(actual[i]).toBeCloseTo(value, 9);
    });
  expect(column((one) => one.class)).toEqual([0, 1, 2, 4]);
  check(
    column((one) => one.precision),
    [0.8, 0.75, 0.5, 0],
  );
  check(
    column((one) => one.recall),
    [0.8, 1, 0.5, 0],
  );
  check(
    column((one) => one.f1),
    [0.8, 0.857142857142857, 0.5, 0],
  );
  check(
    column((one) => one.ap50),
    [0.675, 0.995, 0.2475, 0],
  );
  check(
    column((one) => one.ap),
    [0.3216666666666667, 0.6645, 0.12375, 0],
  );
  check(
    [metrics.precision, metrics.recall, metrics.map50, metrics.map],
    [0.5125, 0.575, 0.479375, 0.27747916666666667],
  );
});

it('thresholds are single precision', () => {
  expect([...IOU_THRESHOLDS]).toEqual([
    0.5, 0.550000011920929, 0.6000000238418579, 0.6499999761581421, 0.699999988079071, 0.75,
    0.800000011920929, 0.8500000238418579, 0.8999999761581421, 0.949999988079071,
  ]);
});

/** Boxes of one class in one image, each as x1, y1, x2, y2. */
function truth(...boxes: readonly number[][]): GroundTruth {
  const n = boxes.length;
  return {
    images: 1,
    classes: 1,
    boxes: Float32Array.from(boxes.flat()),
    class: new Uint16Array(n),
    image: new Uint32Array(n),
  };
}

function found(...boxes: readonly number[][]): Detections {
  const scores = Float32Array.from(boxes, (_, i) => 0.9 - 0.1 * i);
  return { ...truth(...boxes), scores };
}

const RULES = ['greedy', 'best-label'] as const;
const passedCounts = (scored: Scored): number[] =>
  [...scored.hit].map((mask) => mask.toString(2).replaceAll('0', '').length);

it('a label goes to its first detection by score at each threshold if that overlaps enough', () => {
  // IoU .8 and .9 with one label: the first takes it up to .8, the better one only beyond.
  for (const rule of RULES) {
    const scored = matchUltralytics(
      truth([0, 0, 100, 100]),
      found([0, 0, 100, 80.5], [0, 0, 100, 90.5]),
      rule,
    );
    expect(passedCounts(scored)).toEqual([7, 2]);
  }
});

it('a detection whose best label is taken gets a second choice by the greedy rule only', () => {
  const labels = truth([0, 0, 100, 100], [0, 35, 100, 135]);
  const first = [0, 5, 100, 105];
  const second = [0, 12, 100, 112];
  // The second overlaps label 0 at .786 and label 1 at .626: COCO would give it label 1.
  expect(passedCounts(matchUltralytics(labels, found(first, second), 'best-label'))).toEqual([9, 0]);
  expect(passedCounts(matchUltralytics(labels, found(first, second), 'greedy'))).toEqual([9, 3]);
});

it('without detections or labels the metrics are 0', () => {
  expect(evaluateUltralytics(truth([0, 0, 1, 1]), found()).map).toBe(0);
  expect(evaluateUltralytics(truth(), found([0, 0, 1, 1])).perClass).toEqual([]);
});

it('the confidence is the first of equally good ones', () => {
  const flat = new Float64Array(1000).fill(0.5);
  expect(bestConfidence(1, () => flat)).toBe(0);
});

it('lets the curves of each class go: those of 13,204 classes would be 300 MB', () => {
  v8.setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  const classes = 13_204;
  const each = (fill: (c: number) => number): readonly number[] =>
    Array.from({ length: classes }, (_, c) => fill(c));
  const own = Uint32Array.from({ length: classes + 1 }, (_, c) => c);
  const held: number[] = [];
  const scores = Float64Array.from(each((c) => 1 - c / classes));
  const sampled = new Proxy(scores, {
    get(_, key) {
      if (key !== 'subarray') return Reflect.get(scores, key, scores);
      return (from: number, to: number) => {
        if (from % 3000 === 0) {
          collect();
          held.push(process.memoryUsage().arrayBuffers);
        }
        return scores.subarray(from, to);
      };
    },
  });
  const scored: Scored = {
    ...{ images: 1, classes, thresholds: 10, start: own, truthStart: own, scores: sampled },
    ...{ image: new Uint32Array(classes), truthImage: new Uint32Array(classes) },
    ...{ hit: Int32Array.from(each(() => 1)), ignored: new Int32Array(classes) },
  };
  for (const judge of [ultralyticsMetrics, curvesOf]) {
    held.length = 0;
    judge(scored);
    expect(held.length).toBeGreaterThan(5);
    expect(Math.max(...held) - held[0]).toBeLessThan(40e6);
  }
});
