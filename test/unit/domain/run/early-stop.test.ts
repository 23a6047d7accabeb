import { expect, test } from 'vitest';
import { createRandom } from '../../../../src/base/random';
import { inEnglish } from '../../../../src/base/words';
import {
  type EarlyStopContext,
  judgeEarlyStop,
  type ValidatedEpoch,
} from '../../../../src/domain/run/early-stop';
import { createNotBegunAlarm } from '../../../../src/domain/run/plateau';

type Settings = Parameters<typeof judgeEarlyStop>[1];
const SETTINGS: Settings = { metric: 'map', ema: 5, patience: 20 };

const epochsOf = (maps: readonly number[], more: Partial<ValidatedEpoch> = {}): ValidatedEpoch[] =>
  maps.map((map, i) => ({ epoch: i + 1, map, map50: map, precision: map, recall: map, ...more }));

/** The epoch at which a run of such values is stopped; undefined if it is not. */
function stopsAt(
  maps: readonly number[],
  change: Partial<Settings> = {},
  context?: EarlyStopContext,
): number | undefined {
  const history = epochsOf(maps);
  const judged = history.map((_, i) =>
    judgeEarlyStop(history.slice(0, i + 1), { ...SETTINGS, ...change }, context),
  );
  const index = judged.findIndex(({ stop }) => stop);
  return index < 0 ? undefined : index + 1;
}

/** Normal noise by Box and Muller. */
function noise(seed: number, deviation: number): () => number {
  const random = createRandom(seed);
  return () =>
    deviation * Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);

test("a task's fitness is its library's own if that is known", () => {
  // Masks stand still while boxes and masks together still rise.
  const rising = epochsOf(Array<number>(12).fill(0.3)).map((epoch, i) => ({
    ...epoch,
    fitness: 0.3 + i / 20,
  }));
  const settings = { metric: 'fitness', ema: 1, patience: 3 } as const;
  expect(judgeEarlyStop(rising, settings)).toMatchObject({ stop: false, bestEpoch: 12 });
  expect(judgeEarlyStop(rising, { ...settings, metric: 'map' })).toMatchObject({ stop: true });
});

test('a metric that has not begun stops nothing', () => {
  const zeros = Array<number>(30).fill(0);
  expect(stopsAt([...zeros, 0.05, 0.1, 0.2, 0.3], { patience: 5 })).toBeUndefined();
  const jitter = noise(1, 1e-6);
  expect(
    stopsAt(
      zeros.map(() => Math.abs(jitter())),
      { patience: 5 },
    ),
  ).toBeUndefined();
  expect(stopsAt(zeros, { patience: 2 }, { warmupEpochs: 10 })).toBeUndefined();
});

test('patience begins when the warm-up is over', () => {
  const maps = [0.2, 0.1, 0.05, 0.04, 0.04, 0.04, 0.04];
  expect(stopsAt(maps, { patience: 2, ema: 1 }, { warmupEpochs: 0 })).toBe(3);
  expect(stopsAt(maps, { patience: 2, ema: 1 }, { warmupEpochs: 5 })).toBe(7);
});

test('at rest it is stopped, and a slow rise under noise is not', () => {
  const rest = SEEDS.map((seed) => {
    const next = noise(seed, 0.003);
    return stopsAt(Array.from({ length: 60 }, () => 0.5 + next()));
  });
  expect(rest.filter((epoch) => epoch !== undefined && epoch <= 1 + 20 + 2).length).toBeGreaterThanOrEqual(
    15,
  );
  expect(rest.filter((epoch) => epoch === undefined)).toEqual([]);
  const slow = SEEDS.map((seed) => {
    const next = noise(seed, 0.004);
    return stopsAt(Array.from({ length: 100 }, (_, i) => 0.3 + 0.001 * i + next()));
  });
  expect(slow.filter((epoch) => epoch === undefined).length).toBeGreaterThanOrEqual(19);
});

test('ties keep the earlier; min_delta and min_epochs are respected', () => {
  const flat = Array<number>(12).fill(0.5);
  expect(judgeEarlyStop(epochsOf(flat), { ...SETTINGS, patience: 5 }).bestEpoch).toBe(1);
  expect(stopsAt(flat, { patience: 5 })).toBe(6);
  expect(stopsAt(flat, { patience: 5, min_epochs: 9 })).toBe(9);
  const creeping = Array.from({ length: 30 }, (_, i) => 0.5 + 0.0001 * i);
  expect(stopsAt(creeping, { patience: 5 })).toBeUndefined();
  expect(stopsAt(creeping, { patience: 5, min_delta: 0.01 })).toBe(6);
});

test('not while the LR has most of its decay before it, unless that is asked for', () => {
  const flat = Array<number>(12).fill(0.5);
  expect(stopsAt(flat, { patience: 5 }, { warmupEpochs: 0, ahead: { decayed: 0.3 } })).toBeUndefined();
  expect(stopsAt(flat, { patience: 5 }, { warmupEpochs: 0, ahead: { decayed: 0.6 } })).toBe(6);
  expect(
    stopsAt(flat, { patience: 5, wait_for_decay: false }, { warmupEpochs: 0, ahead: { decayed: 0.3 } }),
  ).toBe(6);
});

test('not before an end of mosaic that patience reaches, nor until patience has counted from there', () => {
  const flat = Array<number>(40).fill(0.5);
  const at = (mosaicEnds: number): number | undefined =>
    stopsAt(flat, { patience: 5 }, { warmupEpochs: 0, mosaicEnds });
  expect(at(8)).toBe(13);
  expect(at(30)).toBe(6);
  expect(at(3)).toBe(8);
  expect(stopsAt(flat.slice(0, 12), { patience: 5 }, { warmupEpochs: 0, mosaicEnds: 10 })).toBeUndefined();
  const unasked = { patience: 5, wait_for_decay: false };
  expect(stopsAt(flat, unasked, { warmupEpochs: 0, mosaicEnds: 8 })).toBe(6);
});

test('what the other numbers do is in the reason', () => {
  const history = Array.from({ length: 12 }, (_, i) => ({
    ...{ epoch: i + 1, map: 0.5, map50: 0.7, precision: 0.6, recall: 0.5 + 0.01 * i, loss: 5 - 0.1 * i },
  }));
  expect(inEnglish(judgeEarlyStop(history, { ...SETTINGS, patience: 10 }).others)).toBe(
    'loss still falls, precision at rest, recall still rises, map50 at rest',
  );
});

test('a metric that never begins is reported once, with what to check', () => {
  const alarm = createNotBegunAlarm();
  const told = Array.from({ length: 15 }, (_, i) => alarm(i, i + 3)).filter((a) => a);
  expect(told).toMatchObject([{ rule: 'metric_not_begun', numbers: { epochs: 10 } }]);
  expect(told[0]?.next && inEnglish(told[0].next)).toContain('true boxes');
});
