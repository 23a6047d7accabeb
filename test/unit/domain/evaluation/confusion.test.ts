import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { viewConfusion, worstConfusions } from '../../../../src/domain/display/confused-classes';
import { confusionConfidence, confusionMatrix } from '../../../../src/domain/evaluation/confusion';
import type { Detections, GroundTruth } from '../../../../src/domain/evaluation/types';
import type { MatchingRule } from '../../../../src/domain/evaluation/ultralytics/match';

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
  matching?: MatchingRule,
): void {
  const groundTruth: GroundTruth = { images: 2, classes: 2, ...columns(labels) };
  const detections: Detections = {
    ...columns(found),
    scores: Float32Array.from(found, (box) => box[6] ?? 0.9),
  };
  const { cells } = confusionMatrix(groundTruth, detections, { matching });
  const counts = expected.map((row) => row.map(() => 0));
  for (const { predicted, truth, count } of cells) counts[predicted][truth] = count;
  expect(counts).toEqual(expected);
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

it('a label goes to the surest detection, or by the older rule to that which overlaps it most, whatever its class', () => {
  const found: readonly Box[] = [
    [0, 1, 0, 0, 10, 9, 0.3],
    [0, 0, 0, 0, 10, 8, 0.9],
  ];
  check([[0, 0, ...square]], found, [
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 0],
  ]);
  check(
    [[0, 0, ...square]],
    found,
    [
      [0, 0, 1],
      [1, 0, 0],
      [0, 0, 0],
    ],
    'best-label',
  );
});

it('a detection whose label is taken has a second choice, but not by the older rule', () => {
  const labels: readonly Box[] = [
    [0, 0, ...square],
    [0, 1, 0, 0, 10, 8],
  ];
  const found: readonly Box[] = [
    [0, 0, ...square, 0.9],
    [0, 0, 0, 0, 10, 9.9, 0.8],
  ];
  check(labels, found, [
    [1, 1, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);
  check(
    labels,
    found,
    [
      [1, 0, 1],
      [0, 0, 0],
      [0, 1, 0],
    ],
    'best-label',
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

it('of equal overlaps the first label matches, or by the older rule the last label and detection, as numpy sorts them', () => {
  const labels: readonly Box[] = [
    [0, 0, ...square],
    [0, 1, ...square],
  ];
  const found: readonly Box[] = [
    [0, 0, ...square, 0.9],
    [0, 1, ...square, 0.8],
  ];
  check(labels, found, [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ]);
  check(
    labels,
    found,
    [
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
    ],
    'best-label',
  );
});

it('a confidence that a person asked for is that of the matrix, as in Ultralytics', () => {
  expect([0.001, Math.fround(0.001), 0.1, 0.4].map(confusionConfidence)).toEqual([0.25, 0.25, 0.1, 0.4]);
});

it('10,000 classes cost no 100 million cells', () => {
  const classes = 65_535;
  const all = Uint16Array.from({ length: classes }, (_, i) => i);
  const boxes = Float32Array.from({ length: 4 * classes }, (_, i) => [0, 0, 10, 10][i & 3]);
  const image = Uint32Array.from(all);
  const groundTruth = { images: classes, classes, boxes, class: all, image };
  const scores = new Float32Array(classes).fill(0.9);
  const { cells } = confusionMatrix(groundTruth, { boxes, class: all, image, scores });
  expect(cells).toHaveLength(classes);
  expect(cells.at(-1)).toEqual({ predicted: classes - 1, truth: classes - 1, count: 1 });
});

it('classes that are confused come first, with their share of what is true', () => {
  const cell = (predicted: number, truth: number, count: number) => ({ predicted, truth, count });
  const cells = [cell(0, 0, 9), cell(1, 1, 6), cell(2, 1, 2), cell(3, 0, 1), cell(3, 3, 40), cell(0, 4, 5)];
  const matrix = { classes: 4, confidence: 0.25, iou: 0.45, matching: 'greedy' as const, cells };
  const { order, confused, share, count } = viewConfusion(matrix);
  expect([order, confused]).toEqual([[1, 2, 0, 3], 4]);
  expect([share(2, 1), share(0, 4), share(2, 2), count(3, 0), count(0, 3)]).toEqual([0.25, 1, 0, 1, 0]);
});

it('the worst mistakes are the largest of each kind, and the largest of them come first', () => {
  const cell = (predicted: number, truth: number, count: number) => ({ predicted, truth, count });
  const confused = [cell(0, 1, 3), cell(1, 0, 2), cell(2, 0, 1)];
  const missed = [cell(3, 0, 90), cell(3, 1, 80), cell(3, 2, 70)];
  const cells = [cell(0, 0, 100), ...confused, ...missed, cell(1, 3, 50)];
  const matrix = { classes: 3, confidence: 0.25, iou: 0.45, matching: 'greedy' as const, cells };
  const totals = { confused: 6, missed: 240, falseAlarm: 50 };
  const five = [missed[0], missed[1], cell(1, 3, 50), confused[0], confused[1]];
  expect(worstConfusions(matrix, 5)).toEqual({ worst: five, more: 2, totals });
  expect(worstConfusions(matrix, 3)).toEqual({
    worst: [missed[0], cell(1, 3, 50), confused[0]],
    more: 4,
    totals,
  });
  expect(worstConfusions(matrix, 20)).toMatchObject({ more: 0, totals });
});

/** gt rows [image, class, x1, y1, x2, y2]; dt rows the same and a score. */
type Sets = { images: number; classes: number; gt: number[][]; dt: number[][] };
// See make_confusion.py: cells [predicted, true, count] of the ConfusionMatrix of Ultralytics.
const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/ultralytics');
const read = <T>(name: string) => JSON.parse(readFileSync(path.join(fixtures, name), 'utf8')) as T;
const golden = read<Record<MatchingRule, { cells: number[][] }[]>>('confusion.json');

it.each(read<Sets[]>('metrics.json').map((one, i) => [i, one] as const))(
  'set %d has the confusion matrices of Ultralytics 8.4.190 and 8.4.45',
  (i, { images, classes, gt, dt }) => {
    const boxes = (rows: number[][]) => columns(rows as unknown as Box[]);
    const [truth, scores] = [{ images, classes, ...boxes(gt) }, Float32Array.from(dt, (row) => row[6])];
    for (const matching of ['greedy', 'best-label'] as const) {
      const { cells } = confusionMatrix(truth, { ...boxes(dt), scores }, { matching });
      const found = cells.map(({ predicted, truth: c, count }) => [predicted, c, count]);
      expect(found, matching).toEqual(golden[matching][i].cells);
    }
  },
);
