import { describe, expect, it } from 'vitest';
import { precisionRecallCurves } from '../../../../src/domain/display/pr-curves';
import { worstImages } from '../../../../src/domain/display/worst-images';

const truth = {
  images: 3,
  classes: 2,
  boxes: Float32Array.from([0, 0, 10, 10, 20, 20, 30, 30, 0, 0, 10, 10]),
  class: Uint16Array.from([0, 1, 0]),
  image: Uint32Array.from([0, 0, 1]),
};
/** Image 0: one found, one missed. Image 1: found. Image 2: a false positive, and one below the confidence. */
const found = {
  boxes: Float32Array.from([0, 0, 10, 10, 1, 1, 10, 10, 50, 50, 60, 60, 50, 50, 60, 60]),
  scores: Float32Array.from([0.9, 0.8, 0.7, 0.1]),
  class: Uint16Array.from([0, 0, 1, 1]),
  image: Uint32Array.from([0, 1, 2, 2]),
};

describe('worst images', () => {
  it('come in the order of missed labels and false alarms', () => {
    const judged = worstImages(truth, found, 0.25);
    expect(judged.map(({ image, missed, falseAlarms }) => [image, missed, falseAlarms])).toEqual([
      [0, 1, 0],
      [2, 0, 1],
      [1, 0, 0],
    ]);
  });

  it('say of each box what it is', () => {
    const [first] = worstImages(truth, found, 0.25);
    expect(first.boxes.map((box) => box.kind)).toEqual(['truth', 'missed', 'hit']);
  });

  it('give a label to the best scored detection only', () => {
    const twice = { ...found, image: Uint32Array.from([1, 1, 2, 2]) };
    const image1 = worstImages(truth, twice, 0.25).find((image) => image.image === 1)!;
    expect(image1.boxes.map((box) => [box.kind, box.score && Math.round(box.score * 10)])).toEqual([
      ['truth', undefined],
      ['hit', 9],
      ['false', 8],
    ]);
  });

  it('give curves of the classes that have labels', () => {
    const curves = precisionRecallCurves(truth, found);
    expect(curves.map((curve) => curve.class)).toEqual([0, 1]);
    expect(curves[0].precision.every((p) => p === 1)).toBe(true);
    expect(curves[1].precision.every((p) => p === 0)).toBe(true);
  });
});
