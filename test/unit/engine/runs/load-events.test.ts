import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadEvents } from '../../../../src/engine/runs/load-events';
import { PLAIN_COLUMNS, unpackRun } from '../../../../src/engine/runs/packed-run';
import { parseEventLine } from '../../../../src/run/parse-entry';
import { createRunState, reduceRun } from '../../../../src/run/reduce';
import type { RunState } from '../../../../src/run/state';
import { syntheticRun } from '../../../helpers/synthetic-run';

const golden = path.resolve(import.meta.dirname, '../../../fixtures/run-logs/resumed/events.jsonl');
const { run } = syntheticRun();
let folder: string;
let eventsFile: string;
let cacheFile: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-load-'));
  eventsFile = path.join(folder, 'events.jsonl');
  cacheFile = path.join(folder, '.events.cache');
  copyFileSync(golden, eventsFile);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const load = () => loadEvents({ eventsFile, cacheFile, cacheAfterBytes: 1 });

/** Columns as plain arrays, so that two states can be compared. */
function plain(state: RunState) {
  const { steps, problems: _problems, ...rest } = state;
  const named = (map: Map<string, { view(): Float64Array }>) =>
    [...map].map(([name, c]) => [name, [...c.view()]]);
  return {
    ...rest,
    lr: named(steps.lr),
    loss: named(steps.loss),
    columns: PLAIN_COLUMNS.map((kind) => [...steps[kind].view()]),
  };
}

function folded(): RunState {
  const lines = readFileSync(eventsFile, 'utf8').split('\n').slice(0, -1);
  return lines.reduce((state, line) => {
    const { value } = parseEventLine(line);
    return value ? reduceRun(state, { source: 'events', value }) : state;
  }, createRunState(run));
}

const step = (n: number): string =>
  `{"type":"step","t":${3000 + n},"step":${n},"epoch":2,"lr":[0.1,0.2,0.3],"loss":{"total":1,"dfl":"NaN"}}\n`;

test('a packed log is what folding its lines gives, with and without the cache', async () => {
  const cold = await load();
  expect(plain(unpackRun(cold, run))).toEqual(plain(folded()));
  expect(cold.state.problems).toHaveLength(1);
  expect(existsSync(cacheFile)).toBe(true);
  const warm = await load();
  expect(plain(unpackRun(warm, run))).toEqual(plain(folded()));
  expect(warm.offset).toBe(cold.offset);
});

test('what was appended since the cache was written is read on, a resume included', async () => {
  await load();
  // The log ends within a torn line, which its successor closes.
  appendFileSync(eventsFile, `\n${step(3)}${step(4)}`);
  expect(plain(unpackRun(await load(), run))).toEqual(plain(folded()));
  appendFileSync(
    eventsFile,
    '{"type":"hello","t":4000,"trainer":"builtin","pid":1,"attempt":3,"fromStep":3,"groups":["a","b","c"],"knobs":[]}\n',
  );
  appendFileSync(eventsFile, step(3));
  const state = unpackRun(await load(), run);
  expect(plain(state)).toEqual(plain(folded()));
  expect([...state.steps.step.view()]).toEqual([0, 1, 2, 3]);
});

test('columns go on growing after they were taken over', async () => {
  await load();
  const state = unpackRun(await load(), run);
  const before = state.steps.step.length;
  reduceRun(state, {
    source: 'events',
    value: { type: 'step', t: 1, step: 99, epoch: 9, lr: [1], loss: { total: 7 } },
  });
  expect(state.steps.step.length).toBe(before + 1);
  expect(state.steps.step.at(before)).toBe(99);
  expect(state.steps.loss.get('total')?.at(before)).toBe(7);
});

test('a cache of another log, or a damaged one, is not believed', async () => {
  await load();
  const cache = readFileSync(cacheFile);
  const check = async (change: () => void): Promise<void> => {
    change();
    expect(plain(unpackRun(await load(), run))).toEqual(plain(folded()));
  };
  await check(() => writeFileSync(cacheFile, cache.subarray(0, cache.length - 8)));
  await check(() => writeFileSync(cacheFile, 'no cache\n'));
  await check(() => writeFileSync(cacheFile, ''));
  await check(() => writeFileSync(cacheFile, withoutColumn(cache, 'wait')));
  await check(() =>
    writeFileSync(
      eventsFile,
      readFileSync(eventsFile, 'utf8').replace('"step":1,', '"step":1 ,').slice(0, -1),
    ),
  );
  await check(() => writeFileSync(eventsFile, step(0)));
});

/** The cache as a version that did not have this series wrote it. */
function withoutColumn(cache: Buffer, kind: string): Buffer {
  const end = cache.indexOf(10) + 1;
  const header = JSON.parse(cache.toString('utf8', 0, end));
  const index = header.columns.findIndex((column: { kind: string }) => column.kind === kind);
  const before = header.columns.slice(0, index);
  const start = before.reduce((sum: number, column: { length: number }) => sum + 8 * column.length, end);
  const [removed] = header.columns.splice(index, 1);
  const line = `${JSON.stringify(header).padEnd(end - 1)}\n`;
  return Buffer.concat([
    Buffer.from(line),
    cache.subarray(end, start),
    cache.subarray(start + 8 * removed.length),
  ]);
}
