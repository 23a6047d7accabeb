import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toJsonLine } from '../../../../src/base/json';
import { openRun } from '../../../../src/engine/runs/live-run';
import { viewRun } from '../../../../src/engine/runs/view-run';
import type { StepColumns } from '../../../../src/run/state';
import { canLink } from '../../../helpers/platform';
import { syntheticRun } from '../../../helpers/synthetic-run';
import { wholeRunFile } from '../../../helpers/whole-experiment';

const golden = path.resolve(import.meta.dirname, '../../../fixtures/run-logs/resumed/events.jsonl');
let folder: string;
const inFolder = (name: string): string => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-view-'));
  const { entries } = syntheticRun({ epochs: 3, stepsPerEpoch: 4 });
  writeFileSync(inFolder('run.json'), JSON.stringify(wholeRunFile()));
  for (const source of ['keeper', 'validation'])
    for (const entry of entries)
      if (entry.source === source) appendFileSync(inFolder(`${source}.jsonl`), toJsonLine(entry.value));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the state of a run that is followed is, once it has been read. */
async function followed() {
  const live = await openRun(folder);
  live.dispose();
  return live;
}

/** Columns as plain arrays, so that two states can be compared. */
const plain = ({ lr, loss, ...columns }: StepColumns) =>
  [...Object.entries(columns), ...lr, ...loss].map(([name, column]) => [name, [...column.view()]]);

test('a view is what a follower of the run has read', async () => {
  copyFileSync(golden, inFolder('events.jsonl'));
  appendFileSync(inFolder('events.jsonl'), '{"type":"step","t":1,\n{"type":"later"}\n{"type":"st');
  const [view, live] = [await viewRun(folder), await followed()];
  expect(view.state.validations.size).toBeGreaterThan(0);
  expect(view.state.problems).toContainEqual(expect.stringMatching(/^events: damaged line/));
  const { steps, ...rest } = view.state;
  const { steps: followedSteps, ...followedRest } = live.state;
  expect(rest).toEqual(followedRest);
  expect(plain(steps)).toEqual(plain(followedSteps));
  expect(view.presence.state).toBe(live.presence.state);
});

test.runIf(canLink)('a log that is a link is a problem of the view, and the rest is shown', async () => {
  symlinkSync(golden, inFolder('events.jsonl'));
  const { state } = await viewRun(folder);
  expect(state.problems).toEqual([expect.stringContaining('events.jsonl')]);
  expect(state.steps.step.length).toBe(0);
  expect(state.keeper.length).toBeGreaterThan(0);
});

test('a log that is read in several parts is folded in the order of its lines', async () => {
  const [line] = readFileSync(inFolder('validation.jsonl'), 'utf8').split('\n');
  const first = JSON.parse(line);
  const again = Array.from({ length: 10 }, (_, i) =>
    toJsonLine({ ...first, t: first.t + i + 1, map: i / 100, why: 'x'.repeat(64 * 1024) }),
  );
  appendFileSync(inFolder('validation.jsonl'), again.join(''));
  const { state } = await viewRun(folder);
  expect(state.validations.get(first.epoch)?.map).toBe(0.09);
  const news = { type: 'best', epoch: first.epoch, path: first.path, note: 'x'.repeat(64 * 1024) };
  const best = Array.from({ length: 10 }, (_, i) => toJsonLine({ ...news, t: i, map: 0.09 }));
  writeFileSync(inFolder('keeper.jsonl'), best.join(''));
  const { keeper } = (await viewRun(folder)).state;
  expect(keeper.map(({ t }) => t)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a line of over 4 MB is skipped, and said so', async () => {
  copyFileSync(golden, inFolder('events.jsonl'));
  appendFileSync(inFolder('events.jsonl'), `"${'x'.repeat(5 * 2 ** 20)}"\n`);
  const { state } = await viewRun(folder);
  expect(state.problems).toContain('events: a line over 4 MB is skipped');
});
