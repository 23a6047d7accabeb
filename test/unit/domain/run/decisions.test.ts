import { expect, test } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import type { Alarm } from '../../../../src/domain/run/alarm';
import { createStepAlarms } from '../../../../src/domain/run/alarms';
import { createDivergenceRule } from '../../../../src/domain/run/divergence';
import { judgeEarlyStop, type ValidatedEpoch } from '../../../../src/domain/run/early-stop';
import { lrAheadOf } from '../../../../src/domain/run/lr-ahead';
import { createPlateauAlarm } from '../../../../src/domain/run/plateau';
import { keptDetections, removableCheckpoints } from '../../../../src/domain/run/retention';
import { createRhythm, stallAlarm } from '../../../../src/domain/run/rhythm';
import { planValidation, type QueueInput } from '../../../../src/domain/run/validation-queue';

const nextOf = ({ next }: Alarm): string => (next ? inEnglish(next) : '');
const validated = (epoch: number, map: number, more: Partial<ValidatedEpoch> = {}): ValidatedEpoch => ({
  epoch,
  map,
  map50: map,
  precision: map,
  recall: map,
  ...more,
});

test('early stop: patience counts epochs since the smoothed best', () => {
  const check = (
    maps: readonly number[],
    settings: { patience: number; ema: number },
    expected: [boolean, number],
  ): void => {
    const history = maps.map((m, i) => validated(i + 1, m));
    const { stop, bestEpoch } = judgeEarlyStop(history, { metric: 'map', ...settings });
    expect([stop, bestEpoch]).toEqual(expected);
  };
  check([], { patience: 3, ema: 1 }, [false, 0]);
  check([0.1, 0.2, 0.3, 0.2, 0.2], { patience: 3, ema: 1 }, [false, 3]);
  check([0.1, 0.2, 0.3, 0.2, 0.2, 0.2], { patience: 3, ema: 1 }, [true, 3]);
  check([0.1, 0.2, 0.3, 0.2, 0.2, 0.2], { patience: 0, ema: 1 }, [false, 3]);
  // One lucky epoch does not restart the count: the average of five does.
  check([0.5, 0.5, 0.9, 0.1, 0.1, 0.5, 0.5], { patience: 4, ema: 5 }, [true, 3]);
  check([0.5, Number.NaN, 0.6], { patience: 2, ema: 1 }, [false, 3]);
});

test('early stop: on loss the smaller is better, and fitness weighs loss, precision, recall and mAP', () => {
  const losses = [5, 3, 2, 2.5, 2.6].map((loss, i) => validated(i + 1, 0.5, { loss }));
  expect(judgeEarlyStop(losses, { metric: 'loss', ema: 1, patience: 2 })).toMatchObject({
    stop: true,
    bestEpoch: 3,
  });
  const [score] = judgeEarlyStop([validated(1, 0.5, { loss: 4, precision: 0.6, recall: 0.7, map50: 0.8 })], {
    metric: 'fitness',
    ema: 5,
    patience: 1,
  }).smoothed;
  expect(score).toBeCloseTo(0.1 * 0 + 0.1 * 0.6 + 0.1 * 0.7 + 0.1 * 0.8 + 0.6 * 0.5, 12);
});

test('divergence: a loss that is not finite, or a median of 16 losses above 20 times the usual', () => {
  const stepOf = (losses: readonly number[]): number | undefined => {
    const rule = createDivergenceRule();
    const step = losses.findIndex((total) => rule.onStep({ total }) !== undefined);
    return step < 0 ? undefined : step;
  };
  expect(stepOf([1, 2, Number.NaN])).toBe(2);
  const calm = Array(20).fill(1);
  expect(stepOf([...calm, ...Array(30).fill(20)])).toBeUndefined();
  expect(stepOf([...calm, ...Array(16).fill(21)])).toBe(28);
  expect(stepOf([...Array(16).fill(0), ...Array(30).fill(21)])).toBeUndefined();
  // One odd batch means nothing, even the first one or one a thousand times as bad.
  expect(stepOf([0.01, ...Array(60).fill(1)])).toBeUndefined();
  expect(stepOf([...calm, 1000, ...calm, 1000, 1000, ...calm])).toBeUndefined();
  // A first loss hundreds of times the last is not a reference for the end of a run.
  const falling = Array.from({ length: 600 }, (_, i) => 0.02 + 5 * Math.exp(-i / 30));
  expect(stepOf([...falling, ...Array(20).fill(0.6)])).toBe(608);
  expect(stepOf(Array.from({ length: 500 }, (_, i) => 5 / (1 + i / 50)))).toBeUndefined();
});

test('alarms: each once per episode', () => {
  const rulesOf = (losses: readonly number[]): string[] => {
    const alarms = createStepAlarms();
    return losses.flatMap((total, step) =>
      alarms.onStep({ step, epoch: 1, loss: { total } }).map((a) => `${a.rule}@${step}`),
    );
  };
  const calm = Array(100).fill(1);
  expect(rulesOf([...calm, Number.NaN, Number.NaN, 1, Number.NaN])).toEqual([
    'non_finite@100',
    'non_finite@103',
  ]);
  const spike = Array(10).fill(8);
  expect(rulesOf([...calm, ...spike, ...calm, ...spike, ...calm])).toEqual(['spike@103', 'spike@213']);
  // One odd batch, or three in a row, are not a spike.
  expect(rulesOf([...calm, 20, ...calm, 8, 8, 8, ...calm])).toEqual([]);
  expect(rulesOf(calm.map((_, i) => 1 + 0.3 * Math.sin(i)))).toEqual([]);
});

test('plateau and validation behind are said once, with their numbers', () => {
  const plateau = createPlateauAlarm();
  const maps = [0.1, 0.3, 0.5, ...Array(30).fill(0.5)];
  const said = maps.map((_, i) => plateau(maps.slice(0, i + 1).map((m, e) => validated(e + 1, m))));
  expect(said.filter((a) => a)).toMatchObject([{ rule: 'plateau' }]);
});

test('a plateau before most of the decay of the LR, or before a restart, is not an alarm, and that is said once', () => {
  const maps = [0.1, 0.3, 0.5, ...Array(40).fill(0.5)].map((m, e) => validated(e + 1, m));
  const saidOf = (lrOf: (epoch: number) => number) => {
    const plateau = createPlateauAlarm();
    const lrs = Array.from({ length: 60 }, (_, i) => lrOf(i + 1));
    return maps.flatMap((_, i) => plateau(maps.slice(0, i + 1), lrAheadOf(lrs, i + 1)) ?? []);
  };
  const linear = saidOf((epoch) => 1 - epoch / 61);
  expect(linear.map(({ rule }) => rule)).toEqual(['plateau_lr_decays', 'plateau']);
  expect(nextOf(linear[0])).toMatch(/but the LR still decays \(4\d % of the way is done\)/);
  expect(linear[1].epoch).toBe(31);
  const restarts = saidOf((epoch) => (epoch < 40 ? 1 - epoch / 41 : 1 - (epoch - 40) / 21));
  expect(restarts.map(({ rule }) => rule)).toEqual(['plateau_lr_decays']);
  expect(nextOf(restarts[0])).toMatch(/the LR rises again in epoch 40/);
  expect(saidOf(() => 1).map(({ rule }) => rule)).toEqual(['plateau']);
});

test('stalled: five times longer silent than ever of late, and not judged before two epochs were seen', () => {
  const rhythm = createRhythm();
  let now = 0;
  const beatFor = (ms: number): void => {
    for (const until = now + ms; now < until; now += 100) rhythm.beat(now);
  };
  beatFor(10_000);
  expect(rhythm.silence(now + 60_000).stalled).toBe(false);
  rhythm.epochEnded();
  now += 8000;
  beatFor(10_000);
  rhythm.epochEnded();
  beatFor(10_000);
  expect(rhythm.silence(now + 30_000).stalled).toBe(false);
  expect(rhythm.silence(now + 45_000)).toMatchObject({ stalled: true });
});

test('a folder that is read when most of its training is done shows no pause: none is missed then', () => {
  const rhythm = createRhythm();
  const row = (at: number): void => {
    rhythm.epochEnded();
    rhythm.beat(at);
  };
  rhythm.beat(0);
  for (const at of [100, 200, 300]) row(at);
  expect(rhythm.silence(100_000).stalled).toBe(false);
  // The first one that comes was begun before it was looked at; the second one's pause is seen whole.
  row(10_000);
  expect(rhythm.silence(109_000).stalled).toBe(false);
  row(70_000);
  expect(rhythm.silence(300_000).stalled).toBe(false);
  const silence = rhythm.silence(400_000);
  expect(silence.stalled).toBe(true);
  const { said, next } = stallAlarm(silence, false);
  expect(said && inEnglish(said)).toBe('no sign of the trainer for 330 s; its longest pause before was 60 s');
  expect(next && inEnglish(next)).toBe('look at its output');
  expect(stallAlarm(silence, false).action).toBeUndefined();
  expect(stallAlarm(silence, true).action).toBe('open_log');
});

test('clean-up: never the best, the last, the pinned, nor one still to be validated', () => {
  const checkpoints = [1, 2, 3, 4, 5, 6, 7].map((epoch) => ({
    epoch,
    kept: epoch !== 1,
    pinned: epoch === 3,
    ...(epoch < 7 ? { map: epoch === 2 ? 0.9 : 0.1 * epoch } : {}),
  }));
  const check = (queued: number[], keep_last: number, keep_best: number, expected: number[]): void =>
    expect(
      removableCheckpoints({
        checkpoints,
        queued: new Set(queued),
        best: 2,
        settings: { keep_last, keep_best },
      }),
    ).toEqual(expected);
  check([], 2, 1, [4, 5]);
  check([], 1, 2, [4, 5]);
  check([4], 1, 0, [5, 6]);
  check([], 0, 0, [4, 5, 6]);
  check([], 10, 0, []);
  expect([...keptDetections(checkpoints, 2)].sort()).toEqual([2, 3, 4, 5, 6]);
});

test('clean-up: while none of the checkpoints that are to be judged was, all stay', () => {
  const checkpoints = [1, 2, 3, 4, 5].map((epoch) => ({ epoch, kept: true, pinned: false }));
  const settings = { keep_last: 3, keep_best: 1 };
  const input = { checkpoints, queued: new Set<number>(), best: undefined, settings };
  expect(removableCheckpoints({ ...input, judged: true })).toEqual([]);
  expect(removableCheckpoints({ ...input, judged: false })).toEqual([1, 2]);
  const one = checkpoints.map((c) => (c.epoch === 2 ? { ...c, map: 0.1 } : c));
  expect(removableCheckpoints({ ...input, checkpoints: one, judged: true })).toEqual([1]);
});

test('clean-up: each n-th checkpoint stays if that is asked for, counted as the trainer counts', () => {
  const checkpoints = [1, 2, 3, 4, 5, 6, 7, 8].map((epoch) => ({
    epoch,
    kept: true,
    pinned: false,
    map: 0.1,
  }));
  const settings = { keep_last: 1, keep_best: 0, keep_every: 3 };
  const input = { checkpoints, queued: new Set<number>(), best: undefined, settings };
  expect(removableCheckpoints(input)).toEqual([1, 2, 4, 5, 7]);
  expect(removableCheckpoints({ ...input, countsFromFirst: true })).toEqual([2, 3, 5, 6]);
});

test('early stop: patience does not count while the metric has not begun', () => {
  const history = [0, 0, 0, 0, 0].map((map, i) => validated(i + 1, map));
  expect(judgeEarlyStop(history, { metric: 'map', patience: 2, ema: 1 })).toMatchObject({
    stop: false,
    bestEpoch: 0,
  });
});

test('validation queue', () => {
  const base: QueueInput = {
    checkpoints: [1, 2, 3, 4],
    done: new Set([1]),
    skipped: new Set(),
    asked: [],
    validating: undefined,
    settings: { enabled: true, every: 1, backlog: 'all' },
    lastEpoch: 10,
    trainerEnded: false,
  };
  const check = (
    change: Partial<QueueInput>,
    next: number | undefined,
    waiting: number[],
    skip: number[],
  ): void => {
    const plan = planValidation({ ...base, ...change });
    expect({ next: plan.next, waiting: plan.waiting, skip: plan.skip.map((s) => s.epoch) }).toEqual({
      next,
      waiting,
      skip,
    });
  };
  const latest = { enabled: true, every: 1, backlog: 'latest' } as const;
  check({}, 2, [3, 4], []);
  check({ validating: 2 }, undefined, [3, 4], []);
  check({ settings: latest }, 4, [], [2, 3]);
  check({ settings: latest, validating: 2 }, undefined, [3, 4], []);
  check({ settings: { ...latest, every: 2 } }, 4, [], [3, 2]);
  check({ settings: { ...latest, every: 3, backlog: 'all' } }, 3, [], [2, 4]);
  check(
    {
      settings: { ...latest, every: 3 },
      trainerEnded: true,
      done: new Set([1, 3]),
      skipped: new Set([2, 4]),
    },
    4,
    [],
    [],
  );
  check({ settings: { ...latest, enabled: false } }, undefined, [], []);
  check({ settings: { ...latest, enabled: false }, asked: [1] }, 1, [], []);
  check({ asked: [1] }, 1, [2, 3, 4], []);
  check({ lastEpoch: 4, settings: { ...latest, every: 5 } }, 4, [], [2, 3]);
});
