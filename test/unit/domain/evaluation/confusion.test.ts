import { expect, it } from 'vitest';
import { confusionMatrix } from '../../../../src/domain/evaluation/confusion';
import type { Detections, GroundTruth } from '../../../../src/domain/evaluation/types';

type Box = readonly [
  image: number,
  classIndex: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  score?: number,
];

const columns = (boxes: readonly Box[]) => ({
  boxes: Float32Array.from(boxes.flatMap((box) => box.slice(2, 6) as number[])),
  class: Uint16Array.from(boxes, ([, classIndex]) => classIndex),
  image: Uint32Array.from(boxes, ([image]) => image),
});

/** Rows: predicted 0, predicted 1, background. Columns: true 0, true 1, background. */
function check(
  labels: readonly Box[],
  found: readonly Box[],
  expected: readonly (readonly number[])[],
): void {
  const groundTruth: GroundTruth = { images: 2, classes: 2, ...columns(labels) };
  const detections: Detections = {
    ...columns(found),
    scores: Float32Array.from(found, (box) => box[6] ?? 0.9),
  };
  const { counts } = confusionMatrix(groundTruth, detections);
  expect([0, 3, 6].map((row) => [...counts.subarray(row, row + 3)])).toEqual(expected);
}

const square: [number, number, number, number] = [0, 0, 10, 10];

it('right, wrong class, missed and false alarm', () => {
  check(
    [
      [0, 0, ...square],
      [0, 1, 20, 0, 30, 10],
      [1, 1, ...square],
    ],
    [
      [0, 0, ...square],
      [0, 0, 20, 0, 30, 10],
      [0, 1, 50, 50, 60, 60],
    ],
    [
      [1, 1, 0],
      [0, 0, 1],
      [0, 1, 0],
    ],
  );
});

it('a confidence of .25 and an IoU of .45 are not enough', () => {
  check(
    [[0, 0, ...square]],
    [[0, 0, ...square, 0.25]],
    [
      [0, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
    ],
  );
  check(
    [[0, 0, ...square]],
    [[0, 0, 0, 0, 10, 4.4]],
    [
      [0, 0, 1],
      [0, 0, 0],
      [1, 0, 0],
    ],
  );
});

it('a label goes to the detection that overlaps it most, whatever its class and score', () => {
  check(
    [[0, 0, ...square]],
    [
      [0, 0, 0, 0, 10, 8, 0.9],
      [0, 1, 0, 0, 10, 9, 0.3],
    ],
    [
      [0, 0, 1],
      [1, 0, 0],
      [0, 0, 0],
    ],
  );
});

it('boxes of other images do not match', () => {
  check(
    [[0, 0, ...square]],
    [[1, 0, ...square]],
    [
      [0, 0, 1],
      [0, 0, 0],
      [1, 0, 0],
    ],
  );
});
