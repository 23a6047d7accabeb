import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { evaluateUltralytics } from '../../../../src/domain/evaluation/ultralytics/evaluate';

/** gt rows [image, class, x1, y1, x2, y2]; dt rows the same and a score, by descending score in each image. */
type Case = {
  images: number;
  classes: number;
  gt: number[][];
  dt: number[][];
  cl: number[];
  p: number[];
  r: number[];
  f1: number[];
  ap: number[];
  ap50: number[];
  map75: number;
};

// Random sets with Ultralytics 8.4.190's results: BaseValidator.match_predictions, box_iou and ap_per_class.
const fixture = path.resolve(import.meta.dirname, '../../../fixtures/ultralytics/metrics.json');
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as Case[];

const columns = (rows: number[][]) => ({
  boxes: Float32Array.from(rows.flatMap((row) => row.slice(2, 6))),
  class: Uint16Array.from(rows, ([, classIndex]) => classIndex),
  image: Uint32Array.from(rows, ([image]) => image),
});

function check(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 12);
  });
}

it.each(cases.map((one, i) => [i, one] as const))(
  'set %d has the metrics of Ultralytics 8.4.190',
  (_, one) => {
    const groundTruth = { images: one.images, classes: one.classes, ...columns(one.gt) };
    const detections = { ...columns(one.dt), scores: Float32Array.from(one.dt, (row) => row[6]) };
    const { perClass, map75 } = evaluateUltralytics(groundTruth, detections, { matching: 'greedy' });
    check(
      perClass.map((c) => c.class),
      one.cl,
    );
    check(
      perClass.map((c) => c.precision),
      one.p,
    );
    check(
      perClass.map((c) => c.recall),
      one.r,
    );
    check(
      perClass.map((c) => c.f1),
      one.f1,
    );
    check(
      perClass.map((c) => c.ap),
      one.ap,
    );
    check(
      perClass.map((c) => c.ap50),
      one.ap50,
    );
    check([map75], [one.map75]);
  },
);
