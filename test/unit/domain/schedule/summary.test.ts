import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/base/random';
import { createSchedule, withLrChanges } from '../../../../src/domain/schedule/schedule';
import { summarize } from '../../../../src/domain/schedule/summary';
import type { Schedule, ScheduleInput } from '../../../../src/domain/schedule/types';

const random = createRandom(11);
const pick = <T>(choices: readonly T[]): T => choices[random.below(choices.length)];

function anyInput(): ScheduleInput {
  return {
    rule: pick(['builtin', 'ultralytics']),
    ultralyticsVersion: pick([undefined, '8.0.20', '8.2.0', '8.3.100', '8.4.50']),
    optimizer: pick(['SGD', 'AdamW', 'auto']),
    lr0: 10 ** random.between(-4, -1),
    lrf: pick([0.01, 0.5, 1, 1.5]),
    cos_lr: pick([true, false]),
    momentum: 0.9,
    weight_decay: 0,
    warmup_epochs: pick([0, 0.3, 1, 2.5, 7, 40]),
    warmup_momentum: 0.8,
    warmup_bias_lr: pick([0, 0.1]),
    warmup_shape: pick(['linear', 'exponential', 'constant']),
    nbs: 64,
    epochs: 1 + random.below(60),
    stepsPerEpoch: 1 + random.below(90),
    batch: 16,
    ...(random.next() < 0.2 && { stretches: [{ fromEpoch: 3, epochs: 30 }] }),
  };
}

/** Asked step by step. */
function highest({ steps, lrAt }: Schedule, group: number): { lr: number; step: number } {
  let best = { lr: lrAt(0, group), step: 0 };
  for (let step = 1; step < steps; step++)
    if (lrAt(step, group) > best.lr) best = { lr: lrAt(step, group), step };
  return best;
}

describe('the peak of a schedule', () => {
  it('is the highest LR of all its steps, in every group', () => {
    for (let i = 0; i < 300; i++) {
      const input = anyInput();
      const schedule = createSchedule(input);
      for (const group of schedule.groups.keys())
        expect(summarize(schedule, group).peak, JSON.stringify(input)).toEqual(highest(schedule, group));
    }
  });

  it('is found from the epochs of the warm-up, however many follow', () => {
    const schedule = createSchedule({
      ...anyInput(),
      stretches: [],
      epochs: 1000,
      stepsPerEpoch: 1000,
      lrf: 0.01,
      warmup_epochs: 3,
    });
    const asked = new Set<number>();
    const lrAt = (step: number, group: number): number => {
      asked.add(step);
      return schedule.lrAt(step, group);
    };
    summarize({ ...schedule, lrAt });
    expect(asked.size).toBeLessThan(1620);
  });

  it('may come later in a run whose LR was raised', () => {
    const planned = createSchedule({
      ...anyInput(),
      stretches: [],
      lrf: 0.01,
      warmup_epochs: 1,
      epochs: 30,
      stepsPerEpoch: 40,
    });
    const raised = withLrChanges(planned, [{ step: 800, mode: 'hold', value: 0.4 }]);
    expect(summarize(raised).peak).toEqual({ lr: 0.4, step: 800 });
  });
});
