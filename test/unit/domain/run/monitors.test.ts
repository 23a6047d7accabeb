import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import type { MachineReading, Reading, StepReading } from '../../../../src/domain/run/monitors/rule';
import { createMonitors } from '../../../../src/domain/run/monitors/rules';

const GB = 2 ** 30;
const MB = 2 ** 20;

/** Rules that speak, each with the place in the series at which it does. */
function check(readings: readonly Reading[], expected: readonly string[]): void {
  const monitors = createMonitors();
  const said = readings.flatMap((reading, i) => monitors(reading).map(({ rule }) => `${rule}@${i}`));
  expect(said).toEqual(expected);
}

type StepOf = (step: number) => Partial<StepReading>;

/** Steps of `ms` milliseconds, 100 to an epoch. */
function steps(count: number, of: StepOf, ms: (step: number) => number = () => 500): StepReading[] {
  let t = 0;
  return Array.from({ length: count }, (_, step) => {
    t += ms(step);
    const epoch = 1 + Math.floor(step / 100);
    return { kind: 'step', step, epoch, t, groups: ['weights', 'bias'], lr: [0.01, 0.01], ...of(step) };
  });
}

describe('the LR as planned', () => {
  it('is silent on the plan, on rounding and on a step or two beside it', () => {
    check(
      steps(50, () => ({ planned: [0.01, Number.NaN] })),
      [],
    );
    check(
      steps(50, () => ({ planned: [0.01001, 0.00999] })),
      [],
    );
    check(
      steps(50, (i) => ({ planned: [i % 10 < 6 ? 0.02 : 0.01, 0.01] })),
      [],
    );
    // The end of a schedule is 0, the LR that is applied a rounding error.
    check(
      steps(50, (i) => ({ planned: [0, i === 0 ? 0.01 : 0], lr: [0, i === 0 ? 0.01 : 1e-9] })),
      [],
    );
    check(
      steps(50, () => ({})),
      [],
    );
  });

  it('speaks once when a group is off for eight steps, and again when that comes back', () => {
    const off: StepOf = (i) => ({ planned: [0.01, i >= 20 && i < 40 ? 0.05 : 0.01] });
    check(steps(60, off), ['lr_off_plan@27']);
    const twice: StepOf = (i) => ({ planned: [i % 20 < 10 ? 0.005 : 0.01, 0.01] });
    check(steps(40, twice), ['lr_off_plan@7', 'lr_off_plan@27']);
  });

  it('names the group, what is applied and what was planned', () => {
    const monitors = createMonitors();
    const alarms = steps(20, () => ({ planned: [0.01, 0.05] })).flatMap((step) => monitors(step));
    expect(
      alarms.map(({ said, next }) => [said, next].map((one) => one && inEnglish(one)).join('; ')),
    ).toEqual([
      'the LR is not as planned: 0.01000 is applied to bias, the schedule has 0.05000; look for code of yours that sets it (a callback, a scheduler), or set the LR that you want',
    ]);
    expect(alarms[0]).toMatchObject({
      action: 'set_lr',
      step: 7,
      epoch: 1,
      numbers: { applied: 0.01, planned: 0.05 },
    });
  });
});

describe('pace', () => {
  it('a drop to less than a third that lasts is reported, a checkpoint or half the speed is not', () => {
    const at = (i: number, slow: number) => (i >= 320 ? slow : 100);
    check(
      steps(640, (i) => ({ ips: at(i, 20) })),
      ['throughput_drop@383'],
    );
    check(
      steps(640, (i) => ({ ips: at(i, 45) })),
      [],
    );
    check(
      steps(640, (i) => ({ ips: i % 100 === 99 ? 1 : 100 })),
      [],
    );
    // Slow for less than 20 seconds.
    check(
      steps(
        640,
        (i) => ({ ips: i >= 320 && i < 416 ? 10 : 100 }),
        () => 100,
      ),
      [],
    );
    // Another attempt may be on another machine.
    const [fast, slow] = [steps(320, () => ({ ips: 100 })), steps(320, () => ({ ips: 20 }))];
    check([...fast, { kind: 'attempt' }, ...slow], []);
  });

  it('a trainer that waits for half of its time is reported, the first epoch and short waits are not', () => {
    check(
      steps(300, () => ({ wait: 0.3 })),
      ['loader_starving@164'],
    );
    check(
      steps(300, () => ({ wait: 0.2 })),
      [],
    );
    check(
      steps(300, (i) => ({ wait: i < 100 ? 0.4 : 0.01 })),
      [],
    );
    check(
      steps(
        300,
        () => ({ wait: 0.006 }),
        () => 10,
      ),
      [],
    );
    // The first epoch of a long one counts after 500 steps.
    check(
      steps(700, () => ({ wait: 0.3, epoch: 1 })),
      ['loader_starving@563'],
    );
  });
});

describe('what the machine has left', () => {
  const machine = (more: Partial<MachineReading>): MachineReading => ({ kind: 'machine', ...more });

  it('memory: two readings near the limit, of a large machine and of a small container', () => {
    const memory = (free: number, total: number) => machine({ memory: { free, total } });
    check([memory(1 * GB, 64 * GB), memory(1 * GB, 64 * GB)], ['memory_near_limit@1']);
    check([memory(3 * GB, 64 * GB), memory(3 * GB, 64 * GB)], []);
    check([memory(1 * GB, 64 * GB), memory(8 * GB, 64 * GB), memory(1 * GB, 64 * GB)], []);
    check([memory(60 * MB, 1 * GB), memory(60 * MB, 1 * GB)], ['memory_near_limit@1']);
    check([memory(200 * MB, 1 * GB), memory(200 * MB, 1 * GB)], []);
    // It hardly gets better: that is the same episode.
    const near = [1, 1, 2.5, 1, 1, 8, 1, 1].map((free) => memory(free * GB, 64 * GB));
    check(near, ['memory_near_limit@1', 'memory_near_limit@7']);
  });

  it('disk: room for three checkpoints of the size that they have', () => {
    const disk = (free: number, checkpointBytes?: number) =>
      machine({ disk: { free, total: 100 * GB }, ...(checkpointBytes !== undefined && { checkpointBytes }) });
    check([disk(1 * GB, 50 * MB), disk(170 * MB, 50 * MB), disk(160 * MB, 50 * MB)], ['disk_nearly_full@2']);
    check([disk(100 * MB), disk(30 * MB, 4 * MB)], ['disk_nearly_full@0']);
    check([disk(60 * MB, 4 * MB)], []);
  });

  it('GPU: what is reserved is above 95 % for 16 steps', () => {
    const used =
      (share: (i: number) => number): StepOf =>
      (i) => ({ gpuBytes: share(i) * GB, deviceBytes: GB });
    check(
      steps(
        40,
        used(() => 0.96),
      ),
      ['gpu_memory@15'],
    );
    check(
      steps(
        40,
        used((i) => (i % 10 === 0 ? 0.8 : 0.99)),
      ),
      [],
    );
    check(
      steps(
        40,
        used(() => 0.94),
      ),
      [],
    );
    check(
      steps(40, () => ({ gpuBytes: GB })),
      [],
    );
  });
});

describe('validation', () => {
  const epochs = (count: number, of: (epoch: number) => { loss: number; valLoss: number }): Reading[] =>
    Array.from({ length: count }, (_, i) => ({ kind: 'epoch', epoch: i + 1, ...of(i + 1) }));
  const judged = (maps: readonly number[], more: (i: number) => object = () => ({})) =>
    maps.map((map, i) => ({ epoch: i + 1, map, map50: map, precision: map, recall: map, ...more(i) }));
  const oneByOne = (history: ReturnType<typeof judged>): Reading[] =>
    history.map((_, i) => ({ kind: 'validated', history: history.slice(0, i + 1) }));

  it('overfitting: val loss up by a tenth while the training loss falls', () => {
    const turns = (e: number, up: number) => (e <= 10 ? 3 - 0.1 * e : 2 + up * (e - 10));
    check(
      epochs(25, (e) => ({ loss: 3 / e, valLoss: turns(e, 0.05) })),
      ['overfitting@16'],
    );
    check(
      epochs(25, (e) => ({ loss: 3 / e, valLoss: turns(e, 0.01) })),
      [],
    );
    // Both rise: that is not overfitting.
    check(
      epochs(25, (e) => ({ loss: turns(e, 0.05), valLoss: turns(e, 0.05) })),
      [],
    );
    // One odd epoch.
    check(
      epochs(25, (e) => ({ loss: 3 / e, valLoss: e === 17 ? 9 : 2 })),
      [],
    );
  });

  it('overfitting without a val loss: mAP falls while the training loss falls', () => {
    const maps = Array.from({ length: 24 }, (_, i) => (i < 10 ? 0.05 * (i + 1) : 0.5 - 0.015 * (i - 9)));
    const falling = judged(maps, (i) => ({ loss: 3 / (i + 1) }));
    check(oneByOne(falling), ['overfitting@16']);
    check(oneByOne(judged(maps, () => ({ loss: 3 }))), []);
    const level = maps.map((_, i) => 0.4 + 0.02 * (i % 3));
    check(oneByOne(judged(level, (i) => ({ loss: 3 / (i + 1) }))), []);
  });

  it('mAP collapse: half is gone for two epochs, or nearly all for one and the interval is below 0', () => {
    const at = (high: number) => (i: number) => (i === 3 ? { versusBest: { low: -0.4, high } } : {});
    check(oneByOne(judged([0.1, 0.3, 0.4, 0.03, 0.38], at(-0.1))), ['map_collapse@3']);
    check(oneByOne(judged([0.1, 0.3, 0.4, 0.03, 0.38], at(0.01))), []);
    check(oneByOne(judged([0.1, 0.3, 0.4, 0.15, 0.38], at(-0.1))), []);
    check(oneByOne(judged([0.1, 0.3, 0.4, 0.15, 0.12, 0.13])), ['map_collapse@4']);
    check(oneByOne(judged([0.1, 0.3, 0.4, 0.25, 0.26], at(-0.1))), []);
    // What finds nothing yet has nothing to lose.
    check(oneByOne(judged([0.001, 0.01, 0.002, 0.001, 0.001], at(-0.001))), []);
  });

  it('behind: three checkpoints, once, until it has caught up', () => {
    check(queue([1, 3, 4, 1, 3], 1), ['validation_behind@1', 'validation_behind@4']);
    check(queue([2, 3, 2, 3, 2, 3, 1, 2, 3], 1), ['validation_behind@1', 'validation_behind@8']);
    check(queue([1, 3, 4, 5, 6], 1, 9000), []);
  });

  it('behind: the first validation starts a process, which is not slow before a minute has passed', () => {
    check(queue([1, 3, 5, 6, 7], 0), []);
    check(queue([1, 3, 5, 6], 0, 61_000), ['validation_behind@1']);
  });

  it('behind: what gathered before the first validation ended may wait for its turn, if the queue shrinks', () => {
    const started = queue([1, 4, 7], 0);
    const then = (counts: readonly number[]) =>
      counts.map((behind, i): Reading => ({ ...WAITING, behind, validated: i + 1 }));
    check([...started, ...then([6, 6, 5, 5, 4, 4, 3, 2, 1])], []);
    check([...started, ...then([6, 6, 7, 8, 9])], ['validation_behind@5']);
    // A resume starts the validator again.
    const resumed = queue([2, 6], 9);
    check([...then([1, 1]), { kind: 'attempt' }, ...resumed], []);
  });
});

const WAITING = { kind: 'queue', epoch: 0, waitedMs: 20_000 } as const;

/** `validated`: before them; if any, one more with each reading, as with a validator that is at work. */
function queue(counts: readonly number[], validated: number, waitedMs = 20_000): Reading[] {
  return counts.map((behind, i) => ({
    ...WAITING,
    behind,
    waitedMs,
    validated: validated === 1 ? 1 + i : validated,
  }));
}
