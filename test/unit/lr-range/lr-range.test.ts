import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../src/base/translate';
import { parseExperiment } from '../../../src/domain/experiment/parse';
import type { Experiment } from '../../../src/domain/experiment/types';
import { rangeExperiment, rangeSettings, withSettings } from '../../../src/domain/lr-range/experiment';
import { readRange } from '../../../src/domain/lr-range/suggest';
import { rangeSvg } from '../../../src/domain/lr-range/svg';
import type { RangePoint } from '../../../src/domain/lr-range/types';
import { scheduleOf } from '../../../src/domain/schedule/schedule';
import { LIGHT_COLOURS } from '../../../src/domain/schedule/svg-frame';
import { describeRange } from '../../../src/domain/view/lr-range';
import { repositoryRoot } from '../../helpers/shared';

/** A loss that is flat below 1e-4, falls around 1e-2 (logistic in log LR) and explodes above 0.3. */
function points(steps = 200): RangePoint[] {
  return Array.from({ length: steps }, (_, i) => {
    const lr = 1e-6 * 1e6 ** (i / (steps - 1));
    const fall = 4 / (1 + Math.exp(-3 * (Math.log10(lr) + 2)));
    return { lr, loss: 6 - fall + (lr > 0.3 ? 40 * (lr - 0.3) : 0) };
  });
}

/** A test that was really run; losses that were not finite are strings in the log. */
function recorded(name: string): RangePoint[] {
  const file = path.join(repositoryRoot, 'test/fixtures/lr-range', `${name}.json`);
  const { points: rows } = JSON.parse(readFileSync(file, 'utf8'));
  return rows.map(([lr, loss]: [number, number | string]) => ({ lr, loss: Number(loss) }));
}

/** Steps that differ by a factor that repeats: noise without a random generator. */
const noisy = (clean: readonly RangePoint[], share: number): RangePoint[] =>
  clean.map(({ lr, loss }, i) => ({ lr, loss: loss * (1 + share * [1, -1, 0.4, -0.7, 0.9, -0.6][i % 6]) }));

describe('readRange', () => {
  const result = readRange(points());

  it('finds where the loss falls fastest, where it is lowest, where it rises and where it blew up', () => {
    expect(result?.steepest).toBeGreaterThan(0.003);
    expect(result?.steepest).toBeLessThan(0.3);
    expect(result?.lowest).toBeGreaterThan(0.1);
    expect(result?.lowest).toBeLessThan(0.35);
    expect(result?.rises).toBeGreaterThan(result?.lowest ?? 1);
    expect(result?.diverged).toBeGreaterThan(result?.rises ?? 1);
  });

  it('suggests a quarter of where the loss rises', () => {
    expect(result?.suggested).toBeCloseTo((result?.rises ?? 0) / 4, 2);
  });

  it.each([
    // Trained for six epochs: .529 at .005, .512 at .016, .417 at .05.
    ['example', 0.005, 0.03],
    ['bccd', 0.004, 0.02],
    ['ultralytics', 0.005, 0.03],
  ])('suggests for %s, as it was run, what trains it well', (name, low, high) => {
    const suggested = readRange(recorded(name))?.suggested ?? 0;
    expect(suggested).toBeGreaterThan(low);
    expect(suggested).toBeLessThan(high);
  });

  it('is not taken in by a loss that comes down again at absurd rates', () => {
    expect(readRange(recorded('ultralytics-adamw'))).toBeUndefined();
    const dead = points().map((p) =>
      p.lr > 0.6 ? { ...p, loss: 0.1 } : p.lr > 0.2 ? { ...p, loss: 12 } : p,
    );
    expect(readRange(dead)?.lowest).toBeLessThan(0.25);
    expect(readRange(dead)?.suggested).toBeLessThan(0.1);
  });

  it('is not led astray by noise, one lucky batch or one bad one', () => {
    const clean = result?.suggested ?? 0;
    const odd = noisy(points(), 0.1).map((p, i) =>
      i === 90 ? { ...p, loss: 0.2 } : i === 60 ? { ...p, loss: 40 } : p,
    );
    for (const shaken of [noisy(points(), 0.1), odd]) {
      expect(readRange(shaken)?.suggested).toBeGreaterThan(clean / 2);
      expect(readRange(shaken)?.suggested).toBeLessThan(clean * 2);
    }
  });

  it('takes a NaN as the end of the test', () => {
    const broken = points().map((p) => (p.lr > 0.2 ? { ...p, loss: Number.NaN } : p));
    const read = readRange(broken);
    expect(read?.diverged).toBeCloseTo(0.2, 1);
    expect(read?.rises).toBeUndefined();
    expect(read?.suggested).toBeCloseTo(0.05, 2);
  });

  it('takes a quarter of the last LR where the loss never rose, and says so', () => {
    const short = points().filter(({ lr }) => lr < 0.1);
    const read = readRange(short);
    expect(read?.suggested).toBeCloseTo(0.025, 2);
    expect(describeRange(read!, createTranslate())).toMatch(/never rose again.*goes higher/);
  });

  it('suggests nothing where the loss never fell, hardly fell for its noise, or hardly anything was run', () => {
    expect(readRange(points().map((p) => ({ ...p, loss: 1 + p.lr })))).toBeUndefined();
    expect(
      readRange(
        noisy(
          points().map((p, i) => ({ ...p, loss: 5 - i * 1e-4 })),
          0.2,
        ),
      ),
    ).toBeUndefined();
    expect(readRange(points(10))).toBeUndefined();
    expect(readRange(points().map((p) => ({ ...p, loss: Number.NaN })))).toBeUndefined();
    expect(readRange([])).toBeUndefined();
  });

  it('draws itself with the suggested LR, and the beginning of a test without one', () => {
    const picture = { width: 600, height: 300, colours: LIGHT_COLOURS };
    const svg = rangeSvg({ points: points(), result }, picture);
    expect(svg).toContain(`lr0 ${result?.suggested}`);
    expect(svg).not.toContain('NaN');
    expect(svg.match(/<path/g)?.length).toBeGreaterThanOrEqual(5);
    for (const few of [[], points().slice(0, 1), points().slice(0, 30)]) {
      const begun = rangeSvg({ points: few, result: undefined, span: { from: 1e-5, to: 1 } }, picture);
      expect(begun).not.toMatch(/NaN|Infinity|lr0/);
    }
  });
});

function experimentOf(text: string): Experiment {
  const { experiment } = parseExperiment(`data: d.yaml\n${text}`, { file: 'a.train.yaml' });
  return experiment!;
}

const COUNTS = { images: 512, classes: 6, ultralyticsVersion: '8.4.190' };
const AUTO = 'trainer: ultralytics\nmodel: yolov8n.pt\nbatch: 16\nepochs: 3000\ntime: 5\npatience: 3\n';

describe('rangeExperiment', () => {
  const plain = experimentOf('trainer: builtin\nmodel: nano\nbatch: 16\nepochs: 100\n');

  it('raises the LR exponentially over whole epochs', () => {
    const range = rangeExperiment(plain, { from: 1e-5, to: 1, steps: 100 }, COUNTS);
    const { schedule } = scheduleOf(range, COUNTS);
    expect(schedule.steps).toBe(128);
    expect(schedule.lrAt(0, 0)).toBeCloseTo(1e-5, 12);
    expect(schedule.lrAt(127, 2)).toBeCloseTo(1, 12);
    expect(schedule.lrAt(64, 1) / schedule.lrAt(63, 1)).toBeCloseTo(1e5 ** (1 / 127), 10);
    expect(range.validation.enabled).toBe(false);
  });

  it('tests the optimizer that the planned run would choose, with its groups in their ratio', () => {
    const range = rangeExperiment(experimentOf(AUTO), { from: 1e-5, to: 1, steps: 100 }, COUNTS);
    expect(range.schedule.optimizer).toBe('MuSGD');
    expect(range.explicit).toEqual(expect.arrayContaining(['optimizer', 'warmup_epochs', 'close_mosaic']));
    expect(range.passthrough).not.toHaveProperty('time');
    const { schedule } = scheduleOf(range, COUNTS);
    const [boosted, weights] = ['weights_boost', 'weights'].map((name) => schedule.groups.indexOf(name));
    expect(schedule.lrAt(50, boosted)).toBeCloseTo(3 * schedule.lrAt(50, weights), 12);
    expect(schedule.accumulateAt(50)).toBe(4);
  });

  it('has more than lr0 to set where auto would ignore it', () => {
    expect(rangeSettings(plain, COUNTS, 0.02)).toEqual([{ key: 'lr0', value: 0.02 }]);
    expect(rangeSettings(experimentOf(AUTO), COUNTS, 0.02)).toEqual([
      { key: 'lr0', value: 0.02 },
      { key: 'optimizer', value: 'MuSGD' },
      { key: 'momentum', value: 0.9 },
      { key: 'warmup_bias_lr', value: 0 },
    ]);
  });
});

describe('withSettings', () => {
  const check = (text: string, expected: string | undefined): void =>
    expect(withSettings(text, [{ key: 'lr0', value: 0.02 }])).toBe(expected);

  it('changes the value and nothing else, or adds the key', () => {
    check('a: 1\nlr0: 0.01   # peak\nlrf: 0.1\n', 'a: 1\nlr0: 0.02   # peak\nlrf: 0.1\n');
    check('a: 1', 'a: 1\nlr0: 0.02\n');
    check('a: 1\n\n\n', 'a: 1\nlr0: 0.02\n\n\n');
    check('lr0: "0.01"\r\nlrf: 0.1\r\n', 'lr0: 0.02\r\nlrf: 0.1\r\n');
    check('a: 1 # lr0: 0.01', 'a: 1 # lr0: 0.01\nlr0: 0.02\n');
    check('', 'lr0: 0.02\n');
  });

  it('fills in a key that has no value yet, and leaves a flow mapping alone', () => {
    check('lr0:\nlrf: 0.1\n', 'lr0: 0.02\nlrf: 0.1\n');
    check('{ model: nano }\n', undefined);
  });
});
