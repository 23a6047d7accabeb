import { describe, it } from 'vitest';
import {
  add,
  div,
  max,
  min,
  mul,
  neg,
  square,
  sub,
} from '../../../../../src/trainers/builtin/graph/arithmetic';
import { convNorm } from '../../../../../src/trainers/builtin/graph/conv-norm';
import { conv } from '../../../../../src/trainers/builtin/graph/convolution';
import {
  atan,
  exp,
  log,
  sigmoid,
  silu,
  softplus,
  sqrt,
} from '../../../../../src/trainers/builtin/graph/functions';
import { matmul } from '../../../../../src/trainers/builtin/graph/linear';
import { columnSums, mean, sum } from '../../../../../src/trainers/builtin/graph/reduce';
import { upsample2 } from '../../../../../src/trainers/builtin/graph/rows';
import { greater, where } from '../../../../../src/trainers/builtin/graph/select';
import { concat, reshape, slice, transpose } from '../../../../../src/trainers/builtin/graph/shape';
import { boxesOf, completeIou } from '../../../../../src/trainers/builtin/loss/iou';
import { checkDerivative } from './central-differences';

const matrix = { shape: [3, 4] };
const row = { shape: [1, 4] };
const positive = { shape: [3, 4], low: 0.5, high: 2 };
const positiveRow = { shape: [1, 4], low: 0.5, high: 2 };

describe('the derivative of arithmetic agrees with central differences', () => {
  it.each(Object.entries({ add, sub, mul, max, min }))('%s', (_, f) =>
    checkDerivative([matrix, matrix], (g, [a, b]) => f(g, a, b)),
  );
  it.each(Object.entries({ add, sub, mul }))('%s with a broadcast row', (_, f) =>
    checkDerivative([matrix, row], (g, [a, b]) => f(g, a, b)),
  );
  it('div', () => checkDerivative([matrix, positive], (g, [a, b]) => div(g, a, b)));
  it('div by a broadcast row', () => checkDerivative([matrix, positiveRow], (g, [a, b]) => div(g, a, b)));
  it('neg', () => checkDerivative([matrix], (g, [a]) => neg(g, a)));
  it('a value used twice', () => checkDerivative([matrix], (g, [a]) => add(g, square(g, a), a)));
});

describe('the derivative of functions agrees with central differences', () => {
  it.each(Object.entries({ exp, sigmoid, silu, softplus, atan }))('%s', (_, f) =>
    checkDerivative([{ shape: [3, 4], low: -3, high: 3 }], (g, [a]) => f(g, a)),
  );
  it.each(Object.entries({ log, sqrt }))('%s', (_, f) => checkDerivative([positive], (g, [a]) => f(g, a)));
});

describe('the derivative of products, sums and shapes agrees with central differences', () => {
  it('matmul', () => checkDerivative([matrix, { shape: [4, 5] }], (g, [a, b]) => matmul(g, a, b)));
  it('sum', () => checkDerivative([matrix], (g, [a]) => sum(g, square(g, a))));
  it('mean', () => checkDerivative([matrix], (g, [a]) => mean(g, square(g, a))));
  it('columnSums', () => checkDerivative([matrix], (g, [a]) => columnSums(g, square(g, a))));
  it('reshape', () => checkDerivative([matrix], (g, [a]) => reshape(g, square(g, a), [2, 6])));
  it('transpose', () => checkDerivative([{ shape: [2, 3, 4] }], (g, [a]) => transpose(g, a, [1, 2, 0])));
  it('concat', () => checkDerivative([matrix, { shape: [3, 2] }], (g, [a, b]) => concat(g, [a, b], 1)));
  it('slice', () => checkDerivative([matrix], (g, [a]) => slice(g, a, { axis: 1, start: 1, length: 2 })));
  it('where', () =>
    checkDerivative([matrix, { shape: [1, 4] }], (g, [a, b]) =>
      add(
        g,
        where(
          g,
          greater(
            g,
            g.constant('c', [1, 4], () => Float32Array.of(1, -1, 1, -1)),
            g.scalar(0),
          ),
          a,
          2,
        ),
        b,
      ),
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
      (g, [x, w]) => conv(g, { ...place, rows: x }, w, { kernel, stride }).rows,
    ),
  );
  it('upsample2', () => checkDerivative([rows], (g, [x]) => upsample2(g, { ...place, rows: x }).rows));
  it.each([1, 2] as const)('convNorm with stride %i', (stride) =>
    checkDerivative(
      [rows, { shape: [3, 18] }, { shape: [1, 3] }, { shape: [1, 3] }],
      (g, [x, weight, gamma, beta]) =>
        convNorm(g, { ...place, rows: x }, { weight, gamma, beta }, { kernel: 3, stride }).feature.rows,
    ),
  );
});

describe('the derivative of the box overlap agrees with central differences', () => {
  const centres = { shape: [2, 6], low: -0.4, high: 0.4 };
  const sizes = { shape: [2, 6], low: 1, high: 2 };
  it('intersection over union', () =>
    checkDerivative([centres, sizes, centres, sizes], (g, [c, s, tc, ts]) => {
      const a = boxesOf(g, concat(g, [c, s], 0), true);
      return completeIou(g, a, boxesOf(g, concat(g, [tc, ts], 0), true)).iou;
    }));
});
