import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../../src/base/words';
import { createDivergenceRule } from '../../../../../src/domain/run/divergence';
import { evenGrid } from '../../../../../src/domain/schedule/epoch-grid';
import type { Schedule } from '../../../../../src/domain/schedule/types';
import { zTrainerEvent } from '../../../../../src/run/events';
import { markAttempt } from '../../../../../src/run/folder/attempt-mark';
import type { ControlRequest } from '../../../../../src/run/requests';
import { ControlFolder } from '../../../../../src/trainers/builtin/control/control-folder';
import { epochOrder, planBatches, sampleRandom } from '../../../../../src/trainers/builtin/data/plan-batches';
import { applyRequest, readInFlight } from '../../../../../src/trainers/builtin/loop/apply-request';
import { addStep, meansOf, NO_SUMS } from '../../../../../src/trainers/builtin/loop/epoch-means';
import { EventLog } from '../../../../../src/trainers/builtin/loop/event-log';
import { englishOf } from '../../../../helpers/english-of';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'pitwall-loop-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const losses = (total: number) => ({ total, box: 1, cls: 1 });

/** Feeds total losses; returns the step that the rule fires at. */
function firesAt(totals: readonly number[], rule = createDivergenceRule()): number {
  return totals.findIndex((total) => rule.onStep(losses(total)) !== undefined);
}

describe('the divergence rule', () => {
  it('fires at the first loss that is not finite, whichever it is', () => {
    expect(firesAt([5, 4, Number.NaN])).toBe(2);
    expect(firesAt([5, Number.POSITIVE_INFINITY])).toBe(1);
    const rule = createDivergenceRule();
    const broken = rule.onStep({ total: 1, box: 1, cls: Number.NaN });
    expect(broken && inEnglish(broken.said)).toBe('the cls loss is NaN');
  });

  it('fires when the median of the last 16 exceeds 20 times what is usual', () => {
    expect(firesAt([...Array(16).fill(1), ...Array(40).fill(1000)])).toBe(23);
    expect(firesAt([...Array(16).fill(1), ...Array(40).fill(20)])).toBe(-1);
    expect(firesAt([1, ...Array(20).fill(1), 300, ...Array(20).fill(1)])).toBe(-1);
  });

  it('goes on after a resume as if it had never stopped', () => {
    const whole = createDivergenceRule();
    const totals = Array.from({ length: 50 }, (_, i) => (i < 20 ? 1 : 30));
    const expected = firesAt(totals, whole);
    const before = createDivergenceRule();
    expect(firesAt(totals.slice(0, 12), before)).toBe(-1);
    const after = createDivergenceRule(JSON.parse(JSON.stringify(before.state())));
    expect(12 + firesAt(totals.slice(12), after)).toBe(expected);
  });
});

describe('the order of images', () => {
  it('is a permutation that depends on seed and epoch alone', () => {
    expect([...epochOrder(50, 1, 2)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(epochOrder(50, 1, 2)).toEqual(epochOrder(50, 1, 2));
    expect(epochOrder(50, 1, 2)).not.toEqual(epochOrder(50, 1, 3));
    expect(epochOrder(50, 1, 2)).not.toEqual(epochOrder(50, 2, 2));
  });

  it('gives each place of each epoch random numbers of its own', () => {
    const firsts = [1, 2, 3].flatMap((epoch) =>
      Array.from({ length: 500 }, (_, position) => sampleRandom(0, epoch, position).next()),
    );
    expect(new Set(firsts).size).toBe(1500);
  });

  it('fills the last batch up and closes mosaic for the last epochs, or by request', () => {
    let closedFrom: number | undefined;
    const jobOf = planBatches({
      images: 10,
      batch: 4,
      grid: evenGrid(3),
      epochs: 3,
      seed: 0,
      augment: { close_mosaic: 1 },
      mosaicClosedFrom: () => closedFrom,
    });
    const first = [0, 1, 2].map((step) => jobOf(step));
    expect(first.map((job) => job?.indices.length)).toEqual([4, 4, 4]);
    expect(new Set(first.flatMap((job) => job?.indices ?? [])).size).toBe(10);
    expect(first[2]).toMatchObject({ epoch: 1, position: 8, mosaic: true });
    expect(jobOf(6)).toMatchObject({ epoch: 3, mosaic: false });
    expect(jobOf(9)).toBeUndefined();
    closedFrom = 2;
    expect([1, 2].map((step) => jobOf(step)?.mosaic)).toEqual([true, false]);
  });
});

describe('obey', () => {
  const groups = ['weights', 'norm', 'bias'];
  const planned: Schedule = {
    ...{ steps: 100, stepsPerEpoch: 10, warmupSteps: 0, groups },
    ...{ lrAt: () => 0.02, momentumAt: () => 0.9, accumulateAt: () => 1 },
  };
  const check = (request: ControlRequest) =>
    applyRequest(request, { step: 12, epoch: 2, planned, changes: [], by: 'cli' });

  it('applies an LR from the next step on, for all groups or for one', () => {
    expect(check({ type: 'lr', mode: 'scale', value: 0.01 }).applied).toEqual({
      step: 12,
      mode: 'scale',
      value: 0.01,
      by: 'cli',
    });
    expect(check({ type: 'lr', mode: 'plan' }).applied).toMatchObject({ mode: 'plan', value: 0.02 });
    expect(check({ type: 'lr', mode: 'hold', value: 0.01, group: 'bias' }).applied?.group).toBe('bias');
  });

  it("refuses a group that does not exist, and what is not the trainer's", () => {
    expect(check({ type: 'lr', mode: 'scale', value: 0.01, group: 'pg9' })).toMatchObject({ ok: false });
    expect(check({ type: 'validate', epoch: 1 })).toMatchObject({ ok: false });
  });

  it('leaves now for stop and pause, at the end of the epoch for stop_after_epoch', () => {
    expect(check({ type: 'stop' }).leave).toEqual({ reason: 'stopped', when: 'now' });
    expect(check({ type: 'pause' }).leave).toEqual({ reason: 'paused', when: 'now' });
    expect(check({ type: 'stop_after_epoch' }).leave).toEqual({ reason: 'stopped', when: 'epoch', epoch: 2 });
  });
});

describe('a pause at an epoch', () => {
  const schedule: Schedule = {
    ...{ steps: 100, stepsPerEpoch: 10, warmupSteps: 0, groups: ['weights'] },
    ...{ lrAt: () => 0.02, momentumAt: () => 0.9, accumulateAt: () => 1 },
  };
  const check = (epoch: number) =>
    applyRequest(
      { type: 'pause', epoch },
      { step: 12, epoch: 2, planned: schedule, changes: [], by: 'sweep' },
    ).leave;

  it('waits for the end of that epoch, and for nothing if that is over', () => {
    expect(check(6)).toEqual({ reason: 'paused', when: 'epoch', epoch: 6 });
    expect(check(2)).toEqual({ reason: 'paused', when: 'epoch', epoch: 2 });
    expect(check(1)).toEqual({ reason: 'paused', when: 'now' });
  });
});

describe('the control folder', () => {
  const file = (name: string) => path.join(dir, 'control/trainer', name);
  const put = (name: string, value: unknown) => writeFile(file(name), JSON.stringify(value));

  it('gives requests oldest first and what is none as bad, and forgets what is done', async () => {
    const folder = new ControlFolder(dir, 1);
    await folder.create();
    await put('b.json', { id: 'b', t: 1, from: 'test', request: { type: 'stop' } });
    await put('a.json', { id: 'a', t: 2, from: 'test', request: { type: 'lr', value: 0.1 } });
    await put('v.json', { id: 'v', t: 3, from: 'test', request: { type: 'validate', epoch: 1 } });
    await writeFile(file('c.json'), '{"id": "c", ');
    await writeFile(file('d.json.tmp'), 'being written');
    const found = await folder.poll(0);
    expect(found.map((f) => [f.kind, f.id])).toEqual([
      ['bad', 'c'],
      ['request', 'b'],
      ['request', 'a'],
      ['bad', 'v'],
    ]);
    for (const incoming of found) await folder.done(incoming);
    expect(await readdir(path.dirname(file('x')))).toEqual(['d.json.tmp']);
    expect(await folder.poll(1000)).toEqual([]);
  });

  it('says that a later attempt was started, and answers nothing more', async () => {
    await writeFile(path.join(dir, 'run.json'), '{}');
    const first = new ControlFolder(dir, 1);
    const second = new ControlFolder(dir, 2);
    await first.create();
    markAttempt(path.dirname(file('x')), 1);
    await put('a.json', { id: 'a', t: 2, from: 'test', request: { type: 'lr', value: 0.1 } });
    expect(await first.poll(0)).toHaveLength(1);
    expect(first.gone).toBeUndefined();
    markAttempt(path.dirname(file('x')), 2);
    expect(await first.poll(1000)).toEqual([]);
    expect(englishOf(first.gone)).toBe('a later attempt of the run was started');
    expect(await second.poll(1000)).toHaveLength(1);
    expect(second.gone).toBeUndefined();
  });

  it('is looked into every 50 ms at most, and may be absent', async () => {
    const folder = new ControlFolder(dir, 1);
    expect(await folder.poll(0)).toEqual([]);
    await mkdir(path.dirname(file('x')), { recursive: true });
    await put('b.json', { id: 'b', t: 1, from: 'test', request: { type: 'stop' } });
    expect(await folder.poll(49)).toEqual([]);
    expect(await folder.poll(50)).toHaveLength(1);
  });
});

describe('events.jsonl', () => {
  const file = () => path.join(dir, 'events.jsonl');
  const lines = async () => (await readFile(file(), 'utf8')).trimEnd().split('\n');

  it('is appended to; a torn last line of a killed writer is closed first', async () => {
    await writeFile(file(), '{"type":"log"}\n{"type":"st');
    const log = new EventLog(file());
    log.write({ type: 'end', reason: 'diverged', step: 3, message: 'x' });
    await log.close();
    const [first, torn, last] = await lines();
    expect([first, torn]).toEqual(['{"type":"log"}', '{"type":"st']);
    expect(zTrainerEvent.parse(JSON.parse(last))).toMatchObject({ type: 'end', step: 3 });
  });

  it('holds numbers that are not finite as strings', async () => {
    const log = new EventLog(file());
    log.write({ type: 'step', step: 0, epoch: 1, lr: [0.1], loss: { total: Number.NaN } });
    await log.close();
    expect((await lines())[0]).toContain('"total":"NaN"');
    expect(zTrainerEvent.parse(JSON.parse((await lines())[0]))).toMatchObject({
      loss: { total: Number.NaN },
    });
  });

  it('gives back what was changed during the run, and only what was granted', async () => {
    const log = new EventLog(file());
    const request = { type: 'lr', mode: 'hold', value: 0.1 } as const;
    const applied = { step: 5, mode: 'hold', value: 0.1 } as const;
    log.write({ type: 'control', id: 'a', requested: request, ok: true, applied, step: 5, message: '' });
    log.write({ type: 'control', id: 'b', ok: false, step: 6, message: 'is not a request' });
    log.write({
      type: 'control',
      id: 'c',
      requested: { type: 'close_mosaic' },
      ok: true,
      step: 9,
      message: '',
    });
    log.write({ type: 'log', level: 'info', message: 'the word "control" alone means nothing' });
    await log.close();
    expect(await readInFlight(file())).toEqual({ lrChanges: [applied], mosaicClosedFrom: 9 });
  });
});

describe('epoch means', () => {
  it('are means over the steps', () => {
    const sums = [2, 4].reduce((s, total) => addStep(s, { total, box: 1 }, 0.5), NO_SUMS);
    expect(sums.seconds).toBe(1);
    expect(meansOf(sums)).toEqual({ total: 3, box: 1 });
  });
});
