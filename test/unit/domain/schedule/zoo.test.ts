import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../../../src/domain/schedule/types';
import { mmengineSchedule } from '../../../../src/domain/schedule/zoo/mmengine';
import { timmSchedule } from '../../../../src/domain/schedule/zoo/timm';
import { torchSchedule } from '../../../../src/domain/schedule/zoo/torch';
import { transformersSchedule } from '../../../../src/domain/schedule/zoo/transformers';
import { risingSteps } from '../../../../src/domain/schedule/zoo/values';

// Golden values: test/fixtures/zoo/make_zoo.py, run with the installed libraries.
const fixture = (name: string) =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../fixtures/zoo', name), 'utf8'));
const configurations = fixture('configurations.json');
const golden = fixture('schedules.json');
const LR = 0.05;

function checkAll(schedule: Schedule, expected: readonly number[]): void {
  expect(schedule.steps).toBe(expected.length);
  for (const [step, lr] of expected.entries()) {
    const difference = Math.abs(schedule.lrAt(step, 0) - lr);
    expect(difference, `step ${step}: ${schedule.lrAt(step, 0)} for ${lr}`).toBeLessThanOrEqual(
      1e-12 * Math.max(lr, 1e-6),
    );
  }
}

function check(schedule: Schedule, expected: readonly (readonly [number, number])[], digits = 9): void {
  for (const [step, lr] of expected) expect(schedule.lrAt(step, 0), `step ${step}`).toBeCloseTo(lr, digits);
}

describe('as the installed libraries', () => {
  const named = (library: string): [string, never, number[]][] =>
    configurations[library].map((config: never, i: number) => [
      JSON.stringify(config),
      config,
      golden[library][i],
    ]);

  it.each(named('timm'))('timm %s', (_name, config, expected) =>
    checkAll(timmSchedule({ lr: LR, ...(config as object) } as never), expected),
  );
  it.each(named('transformers'))('transformers %s', (_name, config, expected) =>
    checkAll(transformersSchedule({ lr: LR, ...(config as object) } as never), expected),
  );
  it.each(named('mmengine'))('mmengine %s', (_name, config, expected) =>
    checkAll(mmengineSchedule(config), expected),
  );
});

describe('golden values of the facts', () => {
  it("MMDetection's default", () => {
    const schedule = mmengineSchedule({
      lr: 0.02,
      epochs: 12,
      stepsPerEpoch: 600,
      schedulers: [
        { type: 'LinearLR', start_factor: 0.001, by_epoch: false, begin: 0, end: 500 },
        { type: 'MultiStepLR', by_epoch: true, begin: 0, end: 12, milestones: [8, 11], gamma: 0.1 },
      ],
    });
    check(schedule, [
      [0, 2e-5],
      [1, 6.004008e-5],
      [250, 0.01003002],
      [499, 0.02],
      [4800, 0.002],
      [6600, 0.0002],
    ]);
    expect(schedule.warmupSteps).toBe(499);
  });
});

describe('a simulated scheduler as a schedule', () => {
  it('finds its warm-up in the curve', () => {
    const { schedule } = torchSchedule({
      lrs: [0.1],
      steps: 100,
      spec: {
        kind: 'SequentialLR',
        milestones: [5],
        schedulers: [
          { kind: 'LambdaLR', lr_lambda: (epoch) => Math.min(1, (epoch + 1) / 5) },
          { kind: 'CosineAnnealingLR', T_max: 95 },
        ],
      },
    });
    expect(schedule).toMatchObject({ steps: 100, warmupSteps: 4, unit: 'epoch', groups: ['lr'] });
    expect(risingSteps([1, 1, 1])).toBe(0);
    expect(risingSteps([3, 2, 1])).toBe(0);
    expect(risingSteps([1, 2, 3, 3, 3, 2])).toBe(2);
    expect(risingSteps([])).toBe(0);
  });

  it('says what the library would raise', () => {
    const { failure } = torchSchedule({
      lrs: [0.1],
      steps: 5,
      spec: { kind: 'ConstantLR', factor: 0, total_iters: 2 },
    });
    expect(failure).toEqual({ step: 2, message: 'ZeroDivisionError: float division by zero' });
  });
});
