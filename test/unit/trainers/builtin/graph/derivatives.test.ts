import { describe, it } from 'vitest';
import { convNorm } from '../../../../../src/trainers/builtin/graph/conv-norm';
import { conv } from '../../../../../src/trainers/builtin/graph/convolution';
import { upsample2 } from '../../../../../src/trainers/builtin/graph/rows';
import { greater, where } from '../../../../../src/trainers/builtin/graph/select';
import { concat, reshape, slice, transpose } from '../../../../../src/trainers/builtin/graph/shape';
import { boxesOf, completeIou } from '../../../../../src/trainers/builtin/loss/detection-loss';
import { checkDerivative } from './central-differences';

const matrix = { shape: [3, 4] };
const row = { shape: [1, 4] };
const positive = { shape: [3, 4], low: 0.5, high: 2 };
const positiveRow = { shape: [1, 4], low: 0.5, high: 2 };

describe('the derivative of arithmetic agrees with central differences', () => {
  it.each(['add', 'sub', 'mul', 'max', 'min'] as const)('%s', (op) =>
    checkDerivative([matrix, matrix], (_, [a, b]) => a[op](b)),
  );
  it.each(['add', 'sub', 'mul'] as const)('%s with a broadcast row', (op) =>
    checkDerivative([matrix, row], (_, [a, b]) => a[op](b)),
  );
  it('a number', () => checkDerivative([matrix], (_, [a]) => a.add(2).mul(3).sub(1).div(2)));
  it('div', () => checkDerivative([matrix, positive], (_, [a, b]) => a.div(b)));
  it('div by a broadcast row', () => checkDerivative([matrix, positiveRow], (_, [a, b]) => a.div(b)));
  it('neg', () => checkDerivative([matrix], (_, [a]) => a.neg()));
  it('a value used twice', () => checkDerivative([matrix], (_, [a]) => a.square().add(a)));
});

describe('the derivative of functions agrees with central differences', () => {
  it.each(['exp', 'silu', 'softplus', 'atan'] as const)('%s', (op) =>
    checkDerivative([{ shape: [3, 4], low: -3, high: 3 }], (_, [a]) => a[op]()),
  );
  it('sqrt', () => checkDerivative([positive], (_, [a]) => a.sqrt()));
});

describe('the derivative of sums and shapes agrees with central differences', () => {
  it('sum', () => checkDerivative([matrix], (_, [a]) => a.square().sum()));
  it('reshape', () => checkDerivative([matrix], (_, [a]) => reshape(a.square(), [2, 6])));
  it('transpose', () => checkDerivative([{ shape: [2, 3, 4] }], (_, [a]) => transpose(a, [1, 2, 0])));
  it('concat', () => checkDerivative([matrix, { shape: [3, 2] }], (_, [a, b]) => concat([a, b], 1)));
  it('slice', () => checkDerivative([matrix], (_, [a]) => slice(a, { axis: 1, start: 1, length: 2 })));
  it('where', () =>
    checkDerivative([matrix, { shape: [1, 4] }], (g, [a, b]) =>
      where(
        greater(
          g.constant('c', [1, 4], () => Float32Array.of(1, -1, 1, -1)),
          g.scalar(0),
        ),
        a,
        2,
      ).add(b),
    ));
});

describe('the derivative of feature map operations agrees with central differences', () => {
  const place = { batch: 2, height: 4, width: 6 };
  const rows = { shape: [48, 2] };
  it.each([
    [1, 1],
    [3, 1],
    [5, 1],
    [3, 2],
  ] as const)('conv with kernel %i, stride %i', (kernel, stride) =>
    checkDerivative(
      [rows, { shape: [3, kernel * kernel * 2] }],
      (_, [x, w]) => conv({ ...place, rows: x }, w, { kernel, stride }).rows,
    ),
  );
  it('upsample2', () => checkDerivative([rows], (_, [x]) => upsample2({ ...place, rows: x }).rows));
  it.each([1, 2] as const)('convNorm with stride %i', (stride) =>
    checkDerivative(
      [rows, { shape: [3, 18] }, { shape: [1, 3] }, { shape: [1, 3] }],
      (_, [x, weight, gamma, beta]) =>
        convNorm({ ...place, rows: x }, { weight, gamma, beta }, { kernel: 3, stride }).feature.rows,
    ),
  );
});

describe('the derivative of the box overlap agrees with central differences', () => {
  const centres = { shape: [2, 6], low: -0.4, high: 0.4 };
  const sizes = { shape: [2, 6], low: 1, high: 2 };
  it('intersection over union', () =>
    checkDerivative([centres, sizes, centres, sizes], (_, [c, s, tc, ts]) => {
      const a = boxesOf(concat([c, s], 0), true);
      return completeIou(a, boxesOf(concat([tc, ts], 0), true)).iou;
    }));
});
