import { describe, expect, it } from 'vitest';
import { previewLrChange, tooHigh } from '../../../../src/domain/schedule/lr-preview';
import { createSchedule, withLrChanges } from '../../../../src/domain/schedule/schedule';
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

const steps = ({ steps }: Schedule): number[] => Array.from({ length: steps }, (_, step) => step);

function check(schedule: Schedule, group: string, expected: readonly (readonly [number, number])[]): void {
  const index = schedule.groups.indexOf(group);
  for (const [step, lr] of expected)
    expect(schedule.lrAt(step, index), `${group} at step ${step}`).toBeCloseTo(lr, 9);
}

/** The ratio of a changed curve to its plan, for every group and step from `from` on. */
const multiplesOf = (changed: Schedule, plan: Schedule, from: number): number[] =>
  steps(plan)
    .slice(from)
    .flatMap((at) => [0, 1, 2].map((group) => changed.lrAt(at, group) / (plan.lrAt(at, group) || 1)));

describe('LR changes during the run', () => {
  const plan = createSchedule(base);

  it('scale the rest of the curve so that this step has the value', () => {
    const changed = withLrChanges(plan, [{ step: 200, mode: 'scale', value: 0.00302 }]);
    expect(changed.lrAt(199, 0)).toBe(plan.lrAt(199, 0));
    expect(changed.lrAt(200, 0)).toBeCloseTo(0.00302, 15);
    expect(changed.lrAt(200, 2)).toBeCloseTo(0.00302, 15);
    expect(changed.lrAt(400, 0)).toBeCloseTo(plan.lrAt(400, 0) / 2, 15);
  });

  it('hold the value to the end', () => {
    const changed = withLrChanges(plan, [{ step: 100, mode: 'hold', value: 0.001 }]);
    expect([100, 300, 499].map((s) => changed.lrAt(s, 0))).toEqual([0.001, 0.001, 0.001]);
    expect(changed.lrAt(100, 2)).toBeCloseTo(0.001, 12);
  });

  it('of one group leave the others alone', () => {
    const changed = withLrChanges(plan, [{ step: 10, mode: 'hold', value: 0.02, group: 'bias' }]);
    expect(changed.lrAt(10, 2)).toBe(0.02);
    expect(changed.lrAt(10, 0)).toBe(plan.lrAt(10, 0));
  });

  it('that are repeated change nothing more, and a later one replaces an earlier one', () => {
    const once = withLrChanges(plan, [{ step: 200, mode: 'scale', value: 0.003 }]);
    const twice = withLrChanges(plan, [
      { step: 200, mode: 'scale', value: 0.003 },
      { step: 200, mode: 'scale', value: 0.003 },
    ]);
    expect(twice.lrAt(300, 0)).toBe(once.lrAt(300, 0));
    const undone = withLrChanges(plan, [
      { step: 200, mode: 'hold', value: 0.003 },
      { step: 300, mode: 'scale', value: plan.lrAt(300, 0) },
    ]);
    expect(undone.lrAt(400, 0)).toBeCloseTo(plan.lrAt(400, 0), 15);
  });

  it('back to the plan, and hold for every group at once', () => {
    const muon = createSchedule({ ...base, rule: 'ultralytics', optimizer: 'MuSGD' });
    const held = withLrChanges(muon, [{ step: 20, mode: 'hold', value: 0.001 }]);
    expect(muon.groups.map((_, group) => held.lrAt(20, group))).toEqual(muon.groups.map(() => 0.001));
    const back = withLrChanges(plan, [
      { step: 20, mode: 'scale', value: 0.02 },
      { step: 60, mode: 'plan', value: 0 },
    ]);
    for (const step of [19, 60, 149, 400]) expect(back.lrAt(step, 2)).toBe(plan.lrAt(step, 2));
  });

  it('replace what an earlier attempt asked for beyond their step', () => {
    const rewound = withLrChanges(plan, [
      { step: 300, mode: 'hold', value: 9 },
      { step: 200, mode: 'scale', value: plan.lrAt(200, 0) / 2, warmup: 9 },
    ]);
    expect(rewound.lrAt(200, 0)).toBeCloseTo(plan.lrAt(200, 0) / 20, 12);
    expect(rewound.lrAt(209, 0)).toBeCloseTo(plan.lrAt(209, 0) / 2, 12);
    expect(rewound.lrAt(400, 2)).toBeCloseTo(plan.lrAt(400, 2) / 2, 12);
  });
});

describe('LR changes during warm-up', () => {
  const shapes = ['linear', 'exponential', 'constant'] as const;

  it('never multiply a group by more than the value over its planned target', () => {
    const cases = shapes.flatMap((shape) => [0.0001, 0.01].map((lr0) => ({ shape, lr0 })));
    for (const { shape, lr0 } of cases)
      for (const step of [0, 1, 8, 19, 70, 149, 150, 300]) checkFactors(shape, lr0, step);
  });

  function checkFactors(warmup_shape: (typeof shapes)[number], lr0: number, step: number): void {
    const plan = createSchedule({ ...base, lr0, warmup_shape });
    const target = createSchedule({ ...base, lr0, warmup_epochs: 0 });
    for (const value of [0.00001, lr0, 0.01, 0.05]) {
      const factor = value / target.lrAt(step, 0);
      const changed = withLrChanges(plan, [{ step, mode: 'scale', value }]);
      const multiples = multiplesOf(changed, plan, step);
      const label = `${warmup_shape}, lr0 ${lr0}, ${value} at step ${step}`;
      expect(Math.max(...multiples), label).toBeLessThanOrEqual(factor * (1 + 1e-9));
      expect(multiples.at(-1), label).toBeCloseTo(factor, 9);
    }
  }

  it('go on from where each group stands and lead to the scaled curve', () => {
    const plan = createSchedule({ ...base, lr0: 0.0001 });
    const changed = withLrChanges(plan, [{ step: 8, mode: 'scale', value: 0.01 }]);
    check(changed, 'bias', [[8, plan.lrAt(8, 2)]]);
    check(changed, 'weights', [[8, plan.lrAt(8, 0)]]);
    expect(
      Math.max(
        ...steps(plan)
          .slice(8)
          .map((step) => changed.lrAt(step, 2)),
      ),
    ).toBe(changed.lrAt(8, 2));
    expect(changed.lrAt(150, 0)).toBeCloseTo(100 * plan.lrAt(150, 0), 12);
  });

  it('to what the plan has anyway are the plan', () => {
    for (const warmup_shape of shapes) {
      const plan = createSchedule({ ...base, warmup_shape });
      const changed = withLrChanges(plan, [{ step: 5, mode: 'scale', value: 0.01 }]);
      for (const multiple of multiplesOf(changed, plan, 5)) expect(multiple).toBeCloseTo(1, 12);
    }
  });

  it('that follow one another do not add up', () => {
    const plan = createSchedule(base);
    const values = [0.02, 0.005, 0.03, 0.01];
    const changes = values.map((value, i) => ({ step: 10 * (i + 1), mode: 'scale' as const, value }));
    const changed = withLrChanges(plan, changes);
    expect(Math.max(...multiplesOf(changed, plan, 10))).toBeLessThanOrEqual(3 * (1 + 1e-9));
    expect(changed.lrAt(300, 0)).toBeCloseTo(plan.lrAt(300, 0), 12);
  });

  it('are seen before they are made, and far too high values are named', () => {
    const plan = createSchedule({ ...base, lr0: 0.0001 });
    const change = { step: 8, mode: 'scale', value: 0.01 } as const;
    const { rows } = previewLrChange({ schedule: plan, changes: [], change });
    const [weights, , bias] = rows;
    expect(weights.next).toEqual({ before: plan.lrAt(8, 0), after: plan.lrAt(8, 0) });
    expect(weights.warmupEnd?.after).toBeCloseTo(100 * plan.lrAt(150, 0), 12);
    expect(bias.peak.after).toBeCloseTo(plan.lrAt(8, 2), 12);
    expect(weights.end.after).toBeCloseTo(100 * plan.lrAt(499, 0), 12);
    expect(tooHigh(plan, 0.00101)).toMatchObject({ value: 0.00101, highest: 0.0001 });
    expect(tooHigh(plan, 0.001)).toBeUndefined();
  });
});
