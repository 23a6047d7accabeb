import { describe, expect, it } from 'vitest';
import { createSchedule } from '../../../../src/domain/schedule/schedule';
import type { Schedule, ScheduleInput } from '../../../../src/domain/schedule/types';

const base: ScheduleInput = {
  rule: 'builtin',
  optimizer: 'SGD',
  lr0: 0.01,
  lrf: 0.01,
  cos_lr: false,
  momentum: 0.937,
  weight_decay: 0.0005,
  warmup_epochs: 3,
  warmup_momentum: 0.8,
  warmup_bias_lr: 0.1,
  warmup_shape: 'linear',
  nbs: 64,
  epochs: 10,
  stepsPerEpoch: 50,
  batch: 16,
};

const ultralytics = (version: string, changes: Partial<ScheduleInput> = {}): Schedule =>
  createSchedule({ ...base, rule: 'ultralytics', ultralyticsVersion: version, ...changes });

function check(schedule: Schedule, group: string, expected: readonly (readonly [number, number])[]): void {
  const index = schedule.groups.indexOf(group);
  for (const [step, lr] of expected) {
    expect(schedule.lrAt(step, index), `${group} at step ${step}`).toBeCloseTo(lr, 9);
  }
}

describe("Ultralytics' rule", () => {
  // facts A1.4: E=10, nb=50, we=3, lr0=lrf=.01, B=16.
  const weights = [
    [0, 0],
    [1, 6.6666667e-5],
    [49, 0.0032666667],
    [50, 0.0030033333],
    [149, 0.0079665333],
    [150, 0.00703],
    [200, 0.00604],
  ] as const;
  const bias = [
    [0, 0.1],
    [1, 0.0994],
    [49, 0.0706],
    [50, 0.06967],
    [149, 0.0086332],
    [150, 0.00703],
    [200, 0.00604],
  ] as const;

  it.each(['8.4.45', '8.4.103', '8.4.190'])('of %s has the golden values of the facts', (version) => {
    const schedule = ultralytics(version);
    check(schedule, 'weights', weights);
    check(schedule, 'norm', weights);
    check(schedule, 'bias', bias);
    expect([0, 49, 50, 149, 150, 499].map(schedule.accumulateAt)).toEqual([1, 2, 2, 4, 4, 4]);
    expect(schedule.warmupSteps).toBe(150);
    expect(schedule.steps).toBe(500);
  });

  it('is what the builtin trainer follows, with one update per step', () => {
    const schedule = createSchedule(base);
    check(schedule, 'weights', weights);
    check(schedule, 'bias', bias);
    expect(schedule.groups).toEqual(['weights', 'norm', 'bias']);
    expect(schedule.accumulateAt(300)).toBe(1);
    expect(schedule.momentumAt(0)).toBe(0.8);
    expect(schedule.momentumAt(150)).toBe(0.937);
  });

  it('warms the momentum up, and freezes it one step short between 8.4.103 and 8.4.182', () => {
    const at = (version: string, step: number) => ultralytics(version).momentumAt(step);
    for (const version of ['8.4.102', '8.4.103', '8.4.182', '8.4.183']) {
      expect(at(version, 0)).toBe(0.8);
      expect(at(version, 1)).toBeCloseTo(0.80091333, 8);
      expect(at(version, 149)).toBeCloseTo(0.93608667, 8);
    }
    expect(at('8.4.102', 400)).toBe(0.937);
    expect(at('8.4.103', 400)).toBeCloseTo(0.93608667, 8);
    expect(at('8.4.182', 400)).toBeCloseTo(0.93608667, 8);
    expect(at('8.4.183', 400)).toBe(0.937);
  });

  it('up to 8.4.102 never warms up for fewer than 100 steps', () => {
    const short = { stepsPerEpoch: 9 };
    const old = ultralytics('8.4.102', short);
    expect(old.warmupSteps).toBe(90);
    expect(Math.max(...steps(old).map((s) => old.lrAt(s, 0)))).toBeCloseTo(0.00268, 5);
    expect(old.lrAt(89, 2)).toBeGreaterThan(0.011);
    const current = ultralytics('8.4.103', short);
    expect(current.warmupSteps).toBe(27);
    expect(Math.max(...steps(current).map((s) => current.lrAt(s, 0)))).toBeCloseTo(0.00772, 5);
  });

  it('keeps the last epoch for plain training since 8.4.103', () => {
    expect(ultralytics('8.4.190', { epochs: 2 }).warmupSteps).toBe(50);
    expect(ultralytics('8.4.190', { epochs: 1 }).warmupSteps).toBe(0);
    expect(ultralytics('8.4.190', { epochs: 1 }).lrAt(0, 2)).toBe(0.01);
    expect(ultralytics('8.4.102', { epochs: 2 }).warmupSteps).toBe(100);
  });

  it('with warm-up off starts at lr0 with full momentum and accumulation', () => {
    const schedule = ultralytics('8.4.102', { warmup_epochs: 0 });
    expect([
      schedule.lrAt(0, 0),
      schedule.lrAt(0, 2),
      schedule.momentumAt(0),
      schedule.accumulateAt(0),
    ]).toEqual([0.01, 0.01, 0.937, 4]);
  });

  it('never reaches lrf: the last epoch runs on the one before', () => {
    const schedule = ultralytics('8.4.190', { epochs: 5, warmup_epochs: 0 });
    expect([0, 50, 100, 150, 200].map((s) => schedule.lrAt(s, 0))).toEqual(
      [0.01, 0.00802, 0.00604, 0.00406, 0.00208].map((lr) => expect.closeTo(lr, 12)),
    );
  });

  it('before 8.1.42 lags one epoch behind', () => {
    const schedule = ultralytics('8.1.41', { epochs: 5, warmup_epochs: 0 });
    const lrs = [0, 50, 100, 150, 200].map((s) => schedule.lrAt(s, 1));
    expect(lrs).toEqual([0.01, 0.01, 0.00802, 0.00604, 0.00406].map((lr) => expect.closeTo(lr, 12)));
    const resumed = ultralytics('8.1.41', { epochs: 5, warmup_epochs: 0, startEpoch: 3 });
    expect(resumed.lrAt(150, 1)).toBeCloseTo(0.00802, 12);
    expect(resumed.lrAt(200, 1)).toBeCloseTo(0.00406, 12);
  });

  it('before 8.1.42 keeps the last warm-up value to the end of its epoch, against the lag', () => {
    const schedule = ultralytics('8.1.41', { warmup_epochs: 3 });
    check(schedule, 'weights', [
      [150, 0.00703],
      [199, 0.00703],
      [200, 0.00703],
      [250, 0.00604],
    ]);
  });

  it('with a fractional warm-up freezes the LR to the end of the epoch between 8.4.103 and 8.4.182', () => {
    const frozen = ultralytics('8.4.120', { warmup_epochs: 0.5 });
    expect(frozen.lrAt(24, 0)).toBeCloseTo(0.0096, 12);
    expect(frozen.lrAt(49, 0)).toBeCloseTo(0.0096, 12);
    expect(frozen.lrAt(50, 0)).toBeCloseTo(0.00901, 12);
    expect(ultralytics('8.4.190', { warmup_epochs: 0.5 }).lrAt(25, 0)).toBeCloseTo(0.01, 12);
  });

  it('orders its groups by version', () => {
    expect(ultralytics('8.3.253').groups).toEqual(['bias', 'weights', 'norm']);
    expect(ultralytics('8.4.0').groups).toEqual(['weights', 'norm', 'bias']);
    check(ultralytics('8.3.253'), 'bias', bias);
  });

  it('from 8.4.0 to 8.4.2 warms the weights down instead of the bias', () => {
    const schedule = ultralytics('8.4.2');
    check(schedule, 'weights', bias);
    check(schedule, 'bias', weights);
  });

  it('gives MuSGD eight groups, the boosted ones with three times the LR', () => {
    const schedule = ultralytics('8.4.190', { optimizer: 'MuSGD' });
    expect(schedule.groups).toEqual([
      'weights_boost',
      'weights',
      'norm_boost',
      'norm',
      'bias_boost',
      'bias',
      'muon_boost',
      'muon',
    ]);
    expect(schedule.lrAt(150, 0)).toBeCloseTo(0.02109, 12);
    expect(schedule.lrAt(0, 4)).toBe(0.1);
    expect(schedule.lrAt(75, 4)).toBeCloseTo((0.1 + 0.03 * 0.901) / 2, 12);
  });

  it("never warms up the momentum of Adam's family", () => {
    const schedule = ultralytics('8.4.190', { optimizer: 'AdamW' });
    expect(schedule.momentumAt(0)).toBe(0.937);
    expect(schedule.lrAt(0, 2)).toBe(0.1);
  });

  it('caps the accumulation at the steps of the run since 8.4.177', () => {
    const tiny = { stepsPerEpoch: 2, epochs: 3, batch: 4, warmup_epochs: 0 };
    expect(ultralytics('8.4.176', tiny).accumulateAt(0)).toBe(16);
    expect(ultralytics('8.4.177', tiny).accumulateAt(0)).toBe(6);
  });

  it('ramps to nbs / batch before 8.4.183 and to its rounded value after', () => {
    const ramp = { batch: 24, warmup_epochs: 1 };
    // nbs / batch = 2.67: half-way the ramp is at 1.83 of 2.67, or at 2 of 3.
    expect(ultralytics('8.4.182', ramp).accumulateAt(40)).toBe(2);
    expect(ultralytics('8.4.183', ramp).accumulateAt(40)).toBe(3);
    expect(ultralytics('8.4.182', { batch: 12, stepsPerEpoch: 4, warmup_epochs: 1 }).accumulateAt(30)).toBe(
      4,
    );
    const resumed = { batch: 12, stepsPerEpoch: 4, warmup_epochs: 1, startEpoch: 5 };
    expect(ultralytics('8.4.182', resumed).accumulateAt(30)).toBe(5);
  });

  it('rounds ties to even, as Python does', () => {
    const nominal = (batch: number) => ultralytics('8.4.190', { batch, warmup_epochs: 0 }).accumulateAt(0);
    expect([1, 2, 4, 8, 12, 16, 24, 32, 43, 64].map(nominal)).toEqual([64, 32, 16, 8, 5, 4, 3, 2, 1, 1]);
    expect(ultralytics('8.4.190', { warmup_epochs: 0.5, stepsPerEpoch: 5 }).warmupSteps).toBe(2);
    expect(ultralytics('8.4.190', { warmup_epochs: 0.5, stepsPerEpoch: 7 }).warmupSteps).toBe(4);
  });
});

describe('optimizer: auto', () => {
  const auto = (version: string, images: number, classes = 80) =>
    ultralytics(version, { optimizer: 'auto', images, classes, lr0: 0.5, warmup_epochs: 0 });

  it('fits the LR to the classes on short runs', () => {
    for (const [classes, lr] of [
      [1, 0.002],
      [2, 0.001667],
      [3, 0.001429],
      [10, 0.000714],
      [20, 0.000417],
      [80, 0.000119],
    ]) {
      expect(auto('8.4.190', 800, classes).lrAt(0, 0)).toBe(lr);
    }
  });

  it('takes MuSGD at 0.01 above 10,000 updates', () => {
    // ceil(64,000 / 64) * 10 = 10,000 is not above; one image more is.
    expect(auto('8.4.190', 64_000).groups).toHaveLength(3);
    expect(auto('8.4.190', 64_001).groups).toHaveLength(8);
    expect(auto('8.4.190', 64_001).lrAt(0, 1)).toBe(0.01);
  });

  it('is decided differently by version', () => {
    const groups = (version: string, images: number) => auto(version, images).groups.length;
    expect(['8.3.253', '8.4.0', '8.4.3', '8.4.8'].map((v) => groups(v, 64_001))).toEqual([3, 3, 8, 8]);
    expect(['8.3.253', '8.4.0', '8.4.3', '8.4.8'].map((v) => groups(v, 800))).toEqual([3, 8, 8, 3]);
  });

  it('starts the bias at 0, and its momentum warm-up ends at the argument', () => {
    const warm = { optimizer: 'auto', images: 64_001, warmup_epochs: 3 };
    const schedule = ultralytics('8.4.190', warm);
    expect(schedule.lrAt(0, schedule.groups.indexOf('bias'))).toBe(0);
    expect(schedule.momentumAt(300)).toBe(0.937);
    expect(ultralytics('8.4.190', { ...warm, warmup_epochs: 0 }).momentumAt(300)).toBe(0.9);
  });
});

describe('time training', () => {
  it('stretches the decay and counts the warm-up again after each epoch', () => {
    const stretches = [
      { fromEpoch: 1, epochs: 3 },
      { fromEpoch: 2, epochs: 4 },
    ];
    const schedule = ultralytics('8.4.190', { epochs: 100, stretches });
    expect(schedule.steps).toBe(200);
    // Epoch 1 counts 2 warm-up epochs of its 3: step 50 is half-way up.
    expect(schedule.lrAt(50, 0)).toBeCloseTo(0.01 * (1 - 1 / 3) * 0.99 * 0.5 + 0.01 * 0.01 * 0.5, 12);
    expect(schedule.lrAt(150, 0)).toBeCloseTo(0.01 * (0.25 * 0.99 + 0.01), 12);
    expect(schedule.momentumAt(199)).toBe(0.937);
  });

  it('that shrinks to one epoch leaves the momentum at the value of the warm-up', () => {
    const schedule = ultralytics('8.4.190', { epochs: 100, stretches: [{ fromEpoch: 1, epochs: 1 }] });
    expect(schedule.momentumAt(60)).toBeCloseTo(0.8 + (0.137 / 150) * 49, 12);
  });
});

describe('warm-up shapes of the builtin trainer', () => {
  it('exponential rises fast and lands on the target', () => {
    const schedule = createSchedule({ ...base, warmup_shape: 'exponential' });
    expect(schedule.lrAt(0, 0)).toBe(0);
    expect(schedule.lrAt(0, 2)).toBe(0.1);
    expect(schedule.lrAt(15, 0)).toBeCloseTo((0.01 * (1 - Math.exp(-0.5))) / (1 - Math.exp(-5)), 12);
    expect(schedule.lrAt(150, 0)).toBeCloseTo(0.00703, 12);
    expect(schedule.momentumAt(150)).toBe(0.937);
  });

  it('constant holds a tenth, then jumps', () => {
    const schedule = createSchedule({ ...base, warmup_shape: 'constant' });
    expect(schedule.lrAt(0, 0)).toBeCloseTo(0.001, 12);
    expect(schedule.lrAt(0, 2)).toBeCloseTo(0.001, 12);
    expect(schedule.lrAt(49, 0)).toBeCloseTo(0.001, 12);
    expect(schedule.lrAt(150, 0)).toBeCloseTo(0.00703, 12);
    expect(schedule.momentumAt(149)).toBe(0.8);
    expect(schedule.momentumAt(150)).toBe(0.937);
  });

  it('cosine decay ends where the facts say', () => {
    const schedule = createSchedule({ ...base, cos_lr: true, warmup_epochs: 0 });
    expect(schedule.lrAt(250, 0)).toBeCloseTo(0.01 * 0.505, 12);
    expect(schedule.lrAt(499, 0)).toBeCloseTo(0.01 * (((1 - Math.cos(0.9 * Math.PI)) / 2) * -0.99 + 1), 12);
  });
});

describe('a schedule of a million steps', () => {
  it('answers at any step without having computed the others', () => {
    const schedule = createSchedule({ ...base, epochs: 1000, stepsPerEpoch: 1000, warmup_epochs: 30 });
    expect(schedule.steps).toBe(1_000_000);
    expect(schedule.lrAt(999_999, 0)).toBeCloseTo(0.01 * (0.001 * 0.99 + 0.01), 12);
  });

  const versions = ['8.0.200', '8.3.0', '8.4.1', '8.4.60', '8.4.150', '8.4.190'];
  const settings = versions.flatMap((v) => ['SGD', 'AdamW', 'MuSGD', 'auto'].map((o) => [v, o] as const));
  it.each(settings)('of %s with %s never goes below 0 nor above the largest LR', (version, optimizer) => {
    const schedule = ultralytics(version, { optimizer, stepsPerEpoch: 7, warmup_epochs: 2.3, cos_lr: true });
    const lrs = steps(schedule).flatMap((step) =>
      schedule.groups.map((_, group) => schedule.lrAt(step, group)),
    );
    expect(Math.min(...lrs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lrs)).toBeLessThanOrEqual(0.1);
    expect(Math.min(...steps(schedule).map(schedule.momentumAt))).toBeGreaterThanOrEqual(0.8);
    expect(Math.min(...steps(schedule).map(schedule.accumulateAt))).toBeGreaterThanOrEqual(1);
  });
});

function steps(schedule: Schedule): number[] {
  return Array.from({ length: schedule.steps }, (_, step) => step);
}
