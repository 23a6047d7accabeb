import { describe, expect, it } from 'vitest';
import { apLost } from '../../../../src/domain/display/ap-lost';
import { judgeImage, worstOrder } from '../../../../src/domain/display/worst-images';
import type { Scored } from '../../../../src/domain/evaluation/scored';
import type { Detections, GroundTruth } from '../../../../src/domain/evaluation/types';
import { matchUltralytics } from '../../../../src/domain/evaluation/ultralytics/match';
import { makeScenes, toColumns } from '../../../helpers/detection-sets';

const truth: GroundTruth = {
  images: 3,
  classes: 2,
  boxes: Float32Array.from([0, 0, 10, 10, 20, 20, 30, 30, 0, 0, 10, 10]),
  class: Uint16Array.from([0, 1, 0]),
  image: Uint32Array.from([0, 0, 1]),
};
/** Image 0: one found, one missed. Image 1: found. Image 2: a false positive, and one below the confidence. */
const found: Detections = {
  boxes: Float32Array.from([0, 0, 10, 10, 1, 1, 10, 10, 50, 50, 60, 60, 50, 50, 60, 60]),
  scores: Float32Array.from([0.9, 0.8, 0.7, 0.1]),
  class: Uint16Array.from([0, 0, 1, 1]),
  image: Uint32Array.from([0, 1, 2, 2]),
};

/** The definition, the slow way: the area under the envelope of precision over recall of each class and threshold. */
function meanArea(scored: Scored): number {
  const areas: number[] = [];
  for (let c = 0; c < scored.classes; c++) {
    const labels = scored.truthStart[c + 1] - scored.truthStart[c];
    for (let t = 0; labels > 0 && t < scored.thresholds; t++) areas.push(areaOf(scored, c, t) / labels);
  }
  return areas.reduce((sum, one) => sum + one, 0) / areas.length;
}

function areaOf({ start, hit }: Scored, c: number, t: number): number {
  const precisions: number[] = [];
  for (let i = start[c]; i < start[c + 1]; i++)
    if ((hit[i] >> t) & 1) precisions.push((precisions.length + 1) / (i - start[c] + 1));
  return precisions.reduce((area, _, i) => area + Math.max(...precisions.slice(i)), 0);
}

describe('what images cost of AP', () => {
  it('sums up to what is lost of it in all', () => {
    for (const seed of [1, 2, 3]) {
      const { groundTruth, a } = toColumns(makeScenes(60, 7, 1, seed), 7);
      const scored = matchUltralytics(groundTruth, a);
      const { ofImage, all } = apLost(scored);
      expect(all).toBeCloseTo(1 - meanArea(scored), 10);
      expect(Math.min(...ofImage)).toBeGreaterThanOrEqual(0);
    }
  });

  it('is a share for a label that is not found, and 1/rank for each true one below a false one', () => {
    const label = {
      boxes: Float32Array.from([0, 0, 10, 10]),
      class: Uint16Array.of(0),
      image: Uint32Array.of(0),
    };
    const falseFirst = {
      boxes: Float32Array.from([50, 50, 60, 60, 0, 0, 10, 10]),
      scores: Float32Array.from([0.9, 0.8]),
      class: Uint16Array.of(0, 0),
      image: Uint32Array.of(1, 0),
    };
    const one = { images: 2, classes: 1, ...label };
    expect(
      [...apLost(matchUltralytics(one, falseFirst)).ofImage].map((lost) => Number(lost.toFixed(6))),
    ).toEqual([0, 0.5]);
    const nothing = { ...falseFirst, image: Uint32Array.of(1, 1) };
    expect([...apLost(matchUltralytics(one, nothing)).ofImage]).toEqual([1, 0]);
  });

  it('is more for three labels that are missed than for a false detection above a hundred true ones', () => {
    // One label in each of a hundred images, all found; image 0 has the false detection, image 1 the three labels.
    const count = 100;
    const places = (...ns: readonly number[]) =>
      Float32Array.from(ns.flatMap((n) => [30 * n, 0, 30 * n + 10, 10]));
    const images = [...Array(count).keys()];
    const labels = {
      ...{ images: count, classes: 1, class: new Uint16Array(count + 3) },
      boxes: places(...images, 100, 101, 102),
      image: Uint32Array.of(...images, 1, 1, 1),
    };
    const detections: Detections = {
      boxes: places(200, ...images),
      scores: Float32Array.of(0.99, ...Array<number>(count).fill(0.5)),
      class: new Uint16Array(count + 1),
      image: Uint32Array.of(0, ...images),
    };
    const { ofImage } = apLost(matchUltralytics(labels, detections));
    expect(ofImage[1]).toBeCloseTo(3 / 103, 6);
    expect(ofImage[0]).toBeCloseTo(100 / 103 / 101, 6);
  });
});

describe('worst images', () => {
  it('come in the order of what they cost of mAP, not of how many mistakes they have', () => {
    // Image 1 has four of forty labels of class 0 missed, image 0 the only one of class 1.
    const label = (c: number, image: number) => ({ class: c, image });
    const labels = [...Array(36).fill(label(0, 2)), ...Array(4).fill(label(0, 1)), label(1, 0)];
    const boxes = Float32Array.from(labels.flatMap((_, i) => [20 * i, 0, 20 * i + 10, 10]));
    const many: GroundTruth = {
      ...{ images: 3, classes: 2, boxes },
      class: Uint16Array.from(labels, (one) => one.class),
      image: Uint32Array.from(labels, (one) => one.image),
    };
    const hits: Detections = {
      boxes: boxes.slice(0, 4 * 36),
      scores: new Float32Array(36).fill(0.9),
      class: many.class.slice(0, 36),
      image: many.image.slice(0, 36),
    };
    const { order, shares } = worstOrder(many, hits);
    expect(order).toEqual([0, 1, 2]);
    expect([...shares].map((share) => Number(share.toFixed(4)))).toEqual([0.9091, 0.0909, 0]);
  });

  it('put an image with a detection of a class without labels before those without a mistake', () => {
    const perfect = { ...found, class: Uint16Array.from([0, 0, 1, 1]) };
    const oneClass = {
      ...truth,
      boxes: truth.boxes.filter((_, i) => i < 4 || i > 7),
      class: Uint16Array.of(0, 0),
      image: Uint32Array.of(0, 1),
    };
    expect(worstOrder(oneClass, perfect).order).toEqual([1, 2, 0]);
  });

  it('say of each box what it is, and up to which confidence a label is found', () => {
    const judged = judgeImage(truth, found, { labels: [0, 1], found: [0] });
    expect(judged).toMatchObject([
      { kind: 'truth', class: 0, foundAt: found.scores[0] },
      { kind: 'truth', class: 1, foundAt: undefined },
      { kind: 'hit', class: 0, score: found.scores[0] },
    ]);
  });

  it('give a label to the best scored detection only', () => {
    const judged = judgeImage(truth, found, { labels: [2], found: [1, 0] });
    expect(judged.map((box) => [box.kind, box.kind === 'truth' ? box.foundAt : box.score])).toEqual([
      ['truth', found.scores[0]],
      ['hit', found.scores[0]],
      ['false', found.scores[1]],
    ]);
  });
});
