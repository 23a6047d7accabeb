import { expect, test } from 'vitest';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { REWIND_DEFAULTS } from '../../../../src/domain/experiment/types';
import { epochBeforeTrouble, planRewind, type RewindInput } from '../../../../src/domain/run/rewind';
import { rewindOfLr } from '../../../../src/domain/schedule/lr-changes';
import { scheduleOf, withLrChanges } from '../../../../src/domain/schedule/schedule';

const checkpoints = [1, 2, 3, 4].map((epoch) => ({ epoch, step: epoch * 50 - 1, kept: epoch !== 3 }));

test('back to the last checkpoint that was whole before the trouble', () => {
  const check = (change: Partial<RewindInput>, expected: number): void =>
    expect(
      epochBeforeTrouble({ checkpoints, epochs: [], troubleStep: undefined, warmupSteps: 0, ...change }),
    ).toBe(expected);
  check({}, 4);
  check({ troubleStep: 230 }, 4);
  // What the divergence rule looks back over may have been broken already.
  check({ troubleStep: 210 }, 2);
  check({ troubleStep: 60 }, 0);
  check({ troubleStep: 210, warmupSteps: 101 }, 0);
  const losses = (...values: number[]) => values.map((loss, i) => ({ epoch: i + 1, loss }));
  check({ epochs: losses(5, 4, 3, 9) }, 2);
  check({ epochs: losses(5, 40, 300, Number.NaN) }, 1);
});

test('without a checkpoint: the warm-up that is missing, and a lower peak only if it was there', () => {
  const contextOf = (text: string) => {
    const { experiment } = parseExperiment(`model: nano\ndata: d.yaml\nepochs: 15\nbatch: 16\n${text}`, {
      file: 'a.train.yaml',
    });
    if (!experiment) throw new Error('the experiment cannot be read');
    const counts = { images: 512, classes: 6 };
    return { experiment, counts, schedule: scheduleOf(experiment, counts).schedule };
  };
  const cold = contextOf('lr0: 0.1\nwarmup_epochs: 0');
  expect(planRewind(0, { ...REWIND_DEFAULTS, earlier: 0 }, cold)).toMatchObject({ lrFactor: 1, warmup: 48 });
  expect(planRewind(0, { ...REWIND_DEFAULTS, earlier: 1 }, cold)).toMatchObject({
    lrFactor: 0.5,
    warmup: 100,
  });
  const warm = contextOf('lr0: 0.1\nwarmup_epochs: 3');
  expect(planRewind(0, { ...REWIND_DEFAULTS, earlier: 0 }, warm)).toMatchObject({
    lrFactor: 0.5,
    warmup: 100,
  });
  expect(planRewind(3, { ...REWIND_DEFAULTS, earlier: 0 }, warm)).toMatchObject({
    lrFactor: 0.5,
    warmup: 100,
  });

  const { schedule } = warm;
  const once = rewindOfLr({ schedule, changes: [], step: 200, lrFactor: 0.5, warmup: 10, by: 'keeper' });
  const twice = rewindOfLr({ schedule, changes: [once], step: 100, lrFactor: 0.5, warmup: 10, by: 'keeper' });
  const third = rewindOfLr({ schedule, changes: [once], step: 300, lrFactor: 0.5, warmup: 10, by: 'keeper' });
  const share = (changes: (typeof once)[], step: number): number =>
    withLrChanges(schedule, changes).lrAt(step, 0) / schedule.lrAt(step, 0);
  expect(share([once], 200)).toBeCloseTo(0.5 / 11, 9);
  expect(share([once], 210)).toBeCloseTo(0.5, 9);
  // A change beyond the point that a run goes back to no longer counts; one before it does.
  expect(share([once, twice], 400)).toBeCloseTo(0.5, 9);
  expect(share([once, third], 400)).toBeCloseTo(0.25, 9);
});
