import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../../src/domain/experiment/parse';
import { rangeExperiment, withLr0 } from '../../../src/domain/lr-range/experiment';
import { type RangePoint, readRange } from '../../../src/domain/lr-range/suggest';
import { rangeSvg } from '../../../src/domain/lr-range/svg';
import { scheduleOf } from '../../../src/domain/schedule/schedule';
import { LIGHT_COLOURS } from '../../../src/domain/schedule/svg-frame';

/** A loss that is flat below 1e-4, falls around 1e-2 (logistic in log LR) and explodes above 0.3. */
function points(steps = 200): RangePoint[] {
  return Array.from({ length: steps }, (_, i) => {
    const lr = 1e-6 * 1e6 ** (i / (steps - 1));
    const fall = 4 / (1 + Math.exp(-3 * (Math.log10(lr) + 2)));
    return { lr, loss: 6 - fall + (lr > 0.3 ? 400 * (lr - 0.3) : 0) };
  });
}

describe('readRange', () => {
  const result = readRange(points());

  it('finds where the loss falls fastest, where it is lowest and where it blew up', () => {
    expect(result?.steepest).toBeGreaterThan(0.005);
    expect(result?.steepest).toBeLessThan(0.05);
    expect(result?.lowest).toBeGreaterThan(0.1);
    expect(result?.lowest).toBeLessThan(0.5);
    expect(result?.diverged).toBeGreaterThan(0.3);
  });

  it('suggests the steepest point, never more than a quarter of the lowest', () => {
    expect(result?.suggested).toBeLessThanOrEqual((result?.lowest ?? 0) / 4 + 1e-3);
    expect(result?.suggested).toBeGreaterThan(0.003);
  });

  it('takes a NaN as the end of the test', () => {
    const broken = points().map((p) => (p.lr > 0.2 ? { ...p, loss: Number.NaN } : p));
    expect(readRange(broken)?.diverged).toBeCloseTo(0.2, 1);
  });

  it('suggests nothing where the loss never fell or hardly anything was run', () => {
    expect(readRange(points().map((p) => ({ ...p, loss: 1 + p.lr })))).toBeUndefined();
    expect(readRange(points(10))).toBeUndefined();
    expect(readRange([])).toBeUndefined();
  });

  it('draws itself with the suggested LR', () => {
    const svg = rangeSvg(points(), result!, { width: 600, height: 300, colours: LIGHT_COLOURS });
    expect(svg).toContain(`lr0 ${result?.suggested}`);
    expect(svg).not.toContain('NaN');
    expect(svg.match(/<path/g)?.length).toBeGreaterThanOrEqual(5);
  });
});

describe('rangeExperiment', () => {
  const { experiment } = parseExperiment(
    'trainer: builtin\nmodel: nano\ndata: d.yaml\nbatch: 16\nepochs: 100\n',
    { file: 'a.train.yaml' },
  );

  it('raises the LR exponentially over whole epochs, every group alike', () => {
    const range = rangeExperiment(experiment!, { from: 1e-5, to: 1, steps: 100 }, 32);
    const { schedule } = scheduleOf(range, { images: 512, classes: 6 });
    expect(schedule.steps).toBe(128);
    expect(schedule.lrAt(0, 0)).toBeCloseTo(1e-5, 12);
    expect(schedule.lrAt(127, 2)).toBeCloseTo(1, 12);
    expect(schedule.lrAt(64, 1) / schedule.lrAt(63, 1)).toBeCloseTo(1e5 ** (1 / 127), 10);
    expect(range.validation.enabled).toBe(false);
  });
});

describe('withLr0', () => {
  const check = (text: string, expected: string): void => expect(withLr0(text, 0.02)).toBe(expected);

  it('changes the value and nothing else, or adds the key', () => {
    check('a: 1\nlr0: 0.01   # peak\nlrf: 0.1\n', 'a: 1\nlr0: 0.02   # peak\nlrf: 0.1\n');
    check('a: 1', 'a: 1\nlr0: 0.02\n');
  });
});
