import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../../../src/domain/schedule/types';
import { detectron2Schedule } from '../../../../src/domain/schedule/zoo/detectron2';
import { mmengineSchedule } from '../../../../src/domain/schedule/zoo/mmengine';
import { timmSchedule } from '../../../../src/domain/schedule/zoo/timm';
import { torchSchedule } from '../../../../src/domain/schedule/zoo/torch';
import { transformersSchedule } from '../../../../src/domain/schedule/zoo/transformers';
import { risingSteps } from '../../../../src/domain/schedule/zoo/values';
import { yolov5Schedule } from '../../../../src/domain/schedule/zoo/yolov5';
import { yoloxSchedule } from '../../../../src/domain/schedule/zoo/yolox';

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

  it('Detectron2', () => {
    const schedule = detectron2Schedule({ BASE_LR: 0.02, MAX_ITER: 90_000, STEPS: [60_000, 80_000] });
    check(schedule, [
      [0, 2e-5],
      [1, 3.998e-5],
      [500, 0.01001],
      [999, 0.01998002],
      [1000, 0.02],
      [60_000, 0.002],
      [80_000, 0.0002],
    ]);
  });

  it('Detectron2 with cosine, constant warm-up and a rescaled interval', () => {
    const cosine = {
      LR_SCHEDULER_NAME: 'WarmupCosineLR',
      MAX_ITER: 1000,
      WARMUP_ITERS: 100,
      BASE_LR: 1,
    } as const;
    const half = 0.5 * (1 + Math.cos(Math.PI * 0.1));
    check(detectron2Schedule(cosine), [
      [0, 0.001],
      [50, (half + 0.001) / 2],
      [500, 0.5],
    ]);
    check(detectron2Schedule({ ...cosine, WARMUP_METHOD: 'constant' }), [[99, 0.001]]);
    check(detectron2Schedule({ ...cosine, RESCALE_INTERVAL: true }), [[550, 0.5]]);
  });

  it('YOLOX', () => {
    const schedule = yoloxSchedule({ batch: 64, stepsPerEpoch: 100 });
    check(schedule, [
      [0, 0],
      [100, 4e-4],
      [250, 0.0025],
      [500, 0.01],
      [15_000, 0.0049836657],
      [28_500, 5e-4],
      [29_999, 5e-4],
    ]);
    expect(schedule.warmupSteps).toBe(500);
  });

  it("YOLOX's other schedulers", () => {
    const run = { batch: 64, stepsPerEpoch: 10, max_epoch: 20, warmup_epochs: 2 } as const;
    check(yoloxSchedule({ ...run, scheduler: 'warmcos' }), [
      [10, 0.005],
      [20, 0.01],
      [110, 0.005],
    ]);
    check(yoloxSchedule({ ...run, scheduler: 'cos', warmup_epochs: 0 }), [
      [0, 0.01],
      [100, 0.005],
    ]);
    check(yoloxSchedule({ ...run, scheduler: 'multistep', milestones: [5, 10], warmup_epochs: 0 }), [
      [49, 0.01],
      [50, 0.001],
      [100, 0.0001],
    ]);
  });

  it('YOLOv5 lags one epoch behind and warms up for 100 steps at least', () => {
    const settings = {
      optimizer: 'SGD',
      lr0: 0.01,
      lrf: 0.01,
      cos_lr: false,
      momentum: 0.937,
      weight_decay: 0.0005,
      warmup_epochs: 0,
      warmup_momentum: 0.8,
      warmup_bias_lr: 0.1,
      warmup_shape: 'linear',
      nbs: 64,
      epochs: 5,
      stepsPerEpoch: 1000,
      batch: 16,
    } as const;
    const schedule = yolov5Schedule(settings);
    expect(schedule.groups).toEqual(['bias', 'weights', 'norm']);
    expect(schedule.warmupSteps).toBe(100);
    expect(schedule.lrAt(50, 0)).toBeCloseTo(0.055, 12);
    expect(schedule.momentumAt(0)).toBe(0.8);
    const lrs = [200, 1000, 2000, 3000, 4000].map((step) => schedule.lrAt(step, 1));
    expect(lrs).toEqual([0.01, 0.01, 0.00802, 0.00604, 0.00406].map((lr) => expect.closeTo(lr, 12)));
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
