import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRun } from '../../../src/engine/runs/live-run';
import { openRunsFolder } from '../../../src/engine/runs/run-index';
import { updateMeta } from '../../../src/run/folder/whole-file';
import { until } from '../../helpers/until';
import { wholeExperiment } from '../../helpers/whole-experiment';

const golden = path.resolve(import.meta.dirname, '../../fixtures/run-logs/resumed');
let runsDir: string;
beforeEach(() => {
  runsDir = path.join(mkdtempSync(path.join(os.tmpdir(), 'pitwall-follow-')), 'runs');
});
afterEach(() => rmSync(path.dirname(runsDir), { recursive: true, force: true }));

function writeRun(name: string): string {
  const dir = path.join(runsDir, name);
  mkdirSync(dir, { recursive: true });
  const machine = { host: 'h', platform: 'p', cpus: 1, memoryBytes: 1, node: '20' };
  const experiment = { file: 'a.yaml', text: '', resolved: wholeExperiment() };
  const run = { format: 1, id: name, name, created: Date.now(), experiment, cwd: dir, machine, pitwall: '0' };
  writeFileSync(path.join(dir, 'run.json'), JSON.stringify(run));
  return dir;
}

test('a run that is followed from before its first line shows every line once, in order', async () => {
  const dir = writeRun('one');
  const live = await openRun(dir);
  const seen: string[] = [];
  const hearing = live.onDidAppend((entries) => seen.push(...entries.map((e) => e.source)));
  cpSync(path.join(golden, 'events.jsonl'), path.join(dir, 'events.jsonl'));
  await until(() => live.state.end !== undefined);
  cpSync(path.join(golden, 'keeper.jsonl'), path.join(dir, 'keeper.jsonl'));
  cpSync(path.join(golden, 'validation.jsonl'), path.join(dir, 'validation.jsonl'));
  await until(() => live.state.validations.size === 1 && live.state.best !== undefined);
  const steps = live.state.steps.step.length;
  appendFileSync(path.join(dir, 'events.jsonl'), '\n{"type":"log","t":1,"level":"info","message":"on"}\n');
  await until(() => live.state.logs.at(-1)?.message === 'on');
  expect(live.state.steps.step.length).toBe(steps);
  expect(new Set(seen)).toEqual(new Set(['events', 'keeper', 'validation']));
  hearing.dispose();
  live.dispose();
});

test('a log that was replaced is folded anew', async () => {
  const dir = writeRun('one');
  cpSync(path.join(golden, 'events.jsonl'), path.join(dir, 'events.jsonl'));
  const live = await openRun(dir);
  expect(live.state.steps.step.length).toBe(3);
  writeFileSync(path.join(dir, 'events.jsonl'), '{"type":"log","t":1,"level":"info","message":"new"}\n');
  await until(() => live.state.logs.at(-1)?.message === 'new');
  expect(live.state.steps.step.length).toBe(0);
  live.dispose();
});

test('a runs folder that is not there yet shows its runs once they come, and their titles', async () => {
  const folder = await openRunsFolder(runsDir);
  expect(folder.runs).toEqual([]);
  writeRun('first');
  await until(() => folder.runs.length === 1);
  const dir = writeRun('second');
  mkdirSync(path.join(runsDir, 'no-run'));
  await until(() => folder.runs.length === 2);
  expect(folder.runs.map((run) => run.name).sort()).toEqual(['first', 'second']);
  await updateMeta(dir, { title: 'the good one' });
  await until(() => folder.runs.some((run) => run.meta.title === 'the good one'));
  rmSync(dir, { recursive: true });
  await until(() => folder.runs.length === 1);
  folder.dispose();
});

test('sweeps of a followed folder are found by looking, also when nothing announces them', async () => {
  const folder = await openRunsFolder(runsDir);
  expect(folder.sweeps).toEqual([]);
  writeRun('plain');
  const sweep = path.join(runsDir, 'rates-sweep-1');
  mkdirSync(sweep, { recursive: true });
  await until(() => folder.runs.length === 1);
  // What is announced is the folder; its file comes later, one level deeper than anything watches.
  writeFileSync(path.join(sweep, 'sweep.json'), '{}');
  await until(() => folder.sweeps.length === 1);
  expect(folder.sweeps).toEqual([sweep]);
  folder.dispose();
});
