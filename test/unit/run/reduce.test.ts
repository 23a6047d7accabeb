import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readNumber } from '../../../src/base/json';
import { RunReader } from '../../../src/engine/watch/run-reader';
import type { Axis } from '../../../src/protocol/dashboard/axis';
import { createStepCache } from '../../../src/protocol/dashboard/step-cache';
import { parseEventLine, parseKeeperLine, parseValidationLine } from '../../../src/run/parse-entry';
import { problemsOf } from '../../../src/run/problems';
import { createRunState, reduceRun } from '../../../src/run/reduce';
import type { RunEntry, RunState } from '../../../src/run/state';
import { syntheticRun } from '../../helpers/synthetic-run';

const folder = path.resolve(import.meta.dirname, '../../fixtures/run-logs/resumed');
const golden = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8'));

const PARSERS = { events: parseEventLine, keeper: parseKeeperLine, validation: parseValidationLine };
type Source = keyof typeof PARSERS;

function entriesOf(source: Source): RunEntry[] {
  const lines = readFileSync(path.join(folder, `${source}.jsonl`), 'utf8')
    .split('\n')
    .slice(0, -1);
  return lines.flatMap((line) => {
    const { value } = PARSERS[source](line);
    return value ? [{ source, value } as RunEntry] : [];
  });
}

const numbers = (values: readonly unknown[]): number[] => values.map((v) => readNumber(v) ?? Number.NaN);

function expectGolden(state: RunState): void {
  expect([...state.steps.step.view()]).toEqual(golden.step);
  expect([...state.steps.loss.get('total')!.view()]).toEqual(golden.total);
  expect([...state.steps.grad.view()]).toEqual(numbers(golden.grad));
  expect([...state.steps.lr.get('bias')!.view()]).toEqual(golden.bias);
  expect(state.hello?.attempt).toBe(golden.attempt);
  expect(state.plan?.stepsPerEpoch).toBe(golden.stepsPerEpoch);
  expect(state.epochs.map((e) => e.epoch)).toEqual(golden.epochs);
  expect([...state.checkpoints.values()]).toMatchObject(golden.checkpoints);
  expect([...state.validations.keys()]).toEqual(golden.validations);
  expect(state.best).toEqual(golden.best);
  expect(state.lrChanges).toEqual(golden.lrChanges);
  expect(state.alerts.map((a) => a.rule)).toEqual(golden.alerts);
  expect(state.logs.map((l) => l.message)).toEqual(golden.logs);
  expect(state.end?.reason).toBe(golden.end);
}

test('a resumed run: dropped steps, replaced plan, a checkpoint written again, damage and unknown lines', async () => {
  let state = createRunState();
  const problems: string[] = [];
  for await (const batch of new RunReader(folder).read()) {
    for (const entry of batch.entries) state = reduceRun(state, entry);
    problems.push(...batch.problems);
  }
  expectGolden(state);
  expect(problems).toHaveLength(golden.problems);
  expect(problems[0]).toContain('checkpoint: path');
});

test('the state is the same wherever the keeper’s lines come in', () => {
  const orders: Source[][] = [
    ['events', 'keeper', 'validation'],
    ['keeper', 'events', 'validation'],
    ['events', 'validation', 'keeper'],
  ];
  for (const order of orders) {
    const state = order.flatMap(entriesOf).reduce(reduceRun, createRunState());
    expectGolden(state);
  }
});

test('a step leaves the state object as it is and grows its columns', () => {
  const [hello, plan, step] = entriesOf('events');
  const before = [hello, plan].reduce(reduceRun, createRunState());
  const after = reduceRun(before, step);
  expect(after).toBe(before);
  expect(after.steps.step.length).toBe(1);
});

test('a loss that first appears later is a gap before, and one that goes is a gap after', () => {
  const step = (n: number, loss: Record<string, number>): RunEntry => ({
    source: 'events',
    value: { type: 'step', t: n, step: n, epoch: 1, lr: [0.1], loss },
  });
  const state = [step(0, { a: 1 }), step(1, { a: 2, b: 3 }), step(2, { b: 4 })].reduce(
    reduceRun,
    createRunState(),
  );
  expect([...state.steps.loss.get('a')!.view()]).toEqual([1, 2, Number.NaN]);
  expect([...state.steps.loss.get('b')!.view()]).toEqual([Number.NaN, 3, 4]);
  expect([...state.steps.lr.get('group0')!.view()]).toEqual([0.1, 0.1, 0.1]);
});

test('an epoch that is done again replaces its steps, and what was derived from them is known to be stale', () => {
  const step = (n: number, total: number): RunEntry => ({
    source: 'events',
    value: { type: 'step', t: n, step: n, epoch: 1, lr: [0.1], loss: { total } },
  });
  const cache = createStepCache();
  const axis = { ofRow: (row: number) => state.steps.step.at(row) } as Axis;
  const settings = { axis: 'step', smoothing: 0 } as const;
  const state = [step(0, 1), step(1, 2), step(2, Number.NaN)].reduce(reduceRun, createRunState());
  expect(cache.update(state, axis, settings).isNew).toBe(true);
  expect(cache.update(state, axis, settings).isNew).toBe(false);
  // Between two polls it is repeated and gets further than before.
  const again = [step(1, 3), step(2, 4), step(3, 5)].reduce(reduceRun, state);
  expect([...again.steps.step.view()]).toEqual([0, 1, 2, 3]);
  expect([...again.steps.loss.get('total')!.view()]).toEqual([1, 3, 4, 5]);
  expect(cache.update(again, axis, settings).isNew).toBe(true);
});

test('what a stop skipped waits again after a resume, whichever file is read first', () => {
  const checkpoint = {
    type: 'checkpoint',
    path: 'checkpoints/epoch-0002',
    epoch: 2,
    step: 5,
    bytes: 1,
  } as const;
  const hello = { type: 'hello', trainer: 'x', pid: 1, groups: [], knobs: [] } as const;
  const event = (value: object): RunEntry => ({ source: 'events', value }) as RunEntry;
  const events = [
    event({ ...hello, t: 1, attempt: 1, fromStep: 0 }),
    event({ ...checkpoint, t: 2 }),
    event({ ...hello, t: 9, attempt: 2, fromStep: 6 }),
  ];
  const skipped = (t: number): RunEntry => ({
    source: 'validation',
    value: { type: 'skipped', t, epoch: 2, reason: 'the run was stopped before its turn came' },
  });
  const fold = (entries: readonly RunEntry[]) => entries.reduce(reduceRun, createRunState());
  const stateOf = (entries: readonly RunEntry[]) => fold(entries).checkpoints.get(2)?.state;
  expect(stateOf([...events.slice(0, 2), skipped(5)])).toBe('skipped');
  expect(stateOf([...events.slice(0, 2), skipped(5), events[2]])).toBe('waiting');
  expect(stateOf([...events, skipped(5)])).toBe('waiting');
  expect(stateOf([...events, skipped(12)])).toBe('skipped');
});

test('of several that a stop skipped each waits again after a resume, and what is not due stays skipped', () => {
  const at = (epoch: number) =>
    ({
      type: 'checkpoint',
      path: `checkpoints/epoch-000${epoch}`,
      epoch,
      step: 3 * epoch,
      bytes: 1,
    }) as const;
  const hello = { type: 'hello', trainer: 'x', pid: 1, groups: [], knobs: [] } as const;
  const event = (value: object): RunEntry => ({ source: 'events', value }) as RunEntry;
  const skipped = (epoch: number, reason: string): RunEntry => ({
    source: 'validation',
    value: { type: 'skipped', t: 6, epoch, reason },
  });
  const stop = 'the run was stopped before its turn came';
  const before = [
    event({ ...hello, t: 1, attempt: 1, fromStep: 0 }),
    ...[1, 2, 3, 4].map((epoch) => event({ ...at(epoch), t: 1 + epoch })),
  ];
  const skips = [skipped(1, 'validation.every is 2'), skipped(2, stop), skipped(3, stop), skipped(4, stop)];
  const resumed = event({ ...hello, t: 9, attempt: 2, fromStep: 13 });
  const statesOf = (entries: readonly RunEntry[]) =>
    [...entries.reduce(reduceRun, createRunState()).checkpoints.values()].map(({ state }) => state);
  expect(statesOf([...before, ...skips])).toEqual(['skipped', 'skipped', 'skipped', 'skipped']);
  const taken = ['skipped', 'waiting', 'waiting', 'waiting'];
  expect(statesOf([...before, ...skips, resumed])).toEqual(taken);
  expect(statesOf([...before, resumed, ...skips])).toEqual(taken);
});

test('the best has the mAP of its validation, and one that the keeper noted otherwise is a problem', () => {
  const { entries } = syntheticRun({ epochs: 3, stepsPerEpoch: 4, steps: 12 });
  const noted = entries
    .flatMap((one) => (one.source === 'keeper' && one.value.type === 'best' ? [one.value] : []))
    .at(-1)!;
  const withMap =
    (map: number, after = 0) =>
    (one: RunEntry): RunEntry =>
      one.source === 'validation' && one.value.type === 'validation' && one.value.epoch === noted.epoch
        ? { ...one, value: { ...one.value, map, t: one.value.t + after } }
        : one;
  const moved = entries.map(withMap(0.061));
  const late = [...moved].sort((a, b) => Number(a.source === 'keeper') - Number(b.source === 'keeper'));
  for (const order of [moved, late]) {
    const state = order.reduce(reduceRun, createRunState());
    expect(state.best?.map).toBe(0.061);
    expect(problemsOf(state)).toEqual([expect.stringContaining('has mAP50-95 0.061')]);
  }
  expect(problemsOf(entries.reduce(reduceRun, createRunState()))).toEqual([]);
  const request = { type: 'validate', epoch: noted.epoch } as const;
  const answer = { type: 'answer', t: noted.t + 1, id: 'a', ok: true, message: '', request } as const;
  const asked: RunEntry = { source: 'keeper', value: answer };
  const state = [
    ...entries,
    asked,
    ...entries.filter(({ source }) => source === 'validation').map(withMap(0.07, 1e6)),
  ].reduce(reduceRun, createRunState());
  expect([state.best?.map, problemsOf(state)]).toEqual([0.07, []]);
});
