import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import {
  type BreakdownRequest,
  breakdownOf,
  createBreakdowns,
  whyNoBreakdown,
} from '../../../../src/engine/gallery/breakdown';
import { viewRun } from '../../../../src/engine/runs/view-run';
import { detectionsPath } from '../../../../src/run/files';
import { createRunState } from '../../../../src/run/reduce';
import type { RunState } from '../../../../src/run/state';
import { writeDrawnRun, writeJudgedRun } from '../../../helpers/judged-run';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => void rmSync(folder, { recursive: true })));

function folder(): string {
  folders.push(mkdtempSync(path.join(os.tmpdir(), 'pitwall-breakdown-')));
  return folders[folders.length - 1];
}

const at = (epoch: number) => ({ epoch, det: detectionsPath(epoch), confidence: 0.3 });

describe('the breakdown of a run', () => {
  it('is that of the first checkpoint whose detections are there', async () => {
    const dir = writeJudgedRun(folder(), { name: 'a', shift: 0, images: 40 });
    const found = (await breakdownOf({ dir, kept: [at(9), at(2)] }))!;
    expect([found.epoch, found.names, found.labels]).toEqual([2, ['a'], 40]);
    expect(found.confusion.cells).toEqual([{ predicted: 0, truth: 0, count: 40 }]);
    expect(found.sizes.all.small.objects).toBe(40);
    expect(await breakdownOf({ dir, kept: [at(9)] })).toBeUndefined();
  });

  it('has the AP50 of the report, which was judged in the input of the model', async () => {
    const dir = writeJudgedRun(folder(), { name: 'a', shift: 9, seed: 1, images: 40 });
    const reported = { map50: 0.462036, perClass: [{ class: 0, ap50: 0.462036 }] };
    const { curves } = (await breakdownOf({ dir, kept: [{ ...at(2), reported }] }))!;
    expect([curves.mean?.map50, curves.classes[0].ap50]).toEqual([0.462036, 0.462036]);
    const bare = (await breakdownOf({ dir, kept: [at(2)] }))!;
    expect(bare.curves.mean?.map50).not.toBe(0.462036);
    expect(curves.mean?.columns).toEqual(bare.curves.mean?.columns);
  });

  it('is made once for each checkpoint, and again when its file is another one', async () => {
    const dir = writeJudgedRun(folder(), { name: 'a', shift: 0, epochs: { 3: 0.5 } });
    const made: number[] = [];
    const breakdowns = createBreakdowns(async (request: BreakdownRequest) => {
      made.push(request.kept[0].epoch);
      return breakdownOf(request);
    });
    const ask = (epoch: number) => breakdowns.of({ dir, kept: [at(epoch)] });
    const both = await Promise.all([ask(2), ask(2)]);
    expect(both[0]).toBe(both[1]);
    await ask(3);
    await ask(2);
    expect(made).toEqual([2, 3]);
    utimesSync(path.join(dir, detectionsPath(2)), 5, 5);
    await ask(2);
    expect(made).toEqual([2, 3, 2]);
  });

  it('that failed is tried again', async () => {
    let tries = 0;
    const breakdowns = createBreakdowns(() => {
      tries++;
      return Promise.reject(new Error('the thread ended'));
    });
    for (const _ of [1, 2])
      await expect(breakdowns.of({ dir: '/no', kept: [] })).rejects.toThrow('the thread');
    expect(tries).toBe(2);
  });
});

describe('a run without one says why', () => {
  const check = (state: RunState, expected: RegExp): void =>
    expect(inEnglish(whyNoBreakdown(state))).toMatch(expected);

  it('of another task', async () => {
    const draws = { key: 'k', map: 0.5, spread: 0.01, seed: 1 };
    const dir = writeDrawnRun(folder(), { name: 'a', task: 'segment', ...draws });
    check(
      (await viewRun(dir)).state,
      /^Confusions, curves and sizes are made of boxes .*; this run has mask mAP\.$/,
    );
  });

  it('before its first validation, and after its detections were removed', async () => {
    check(createRunState(), /before the first validation\.$/);
    const dir = writeJudgedRun(folder(), { name: 'a', shift: 0, map: 0.5 });
    check((await viewRun(dir)).state, /^The detections are not kept any more/);
  });

  it('whose own program judges it', () => {
    const epoch = { type: 'epoch' as const, t: 1, epoch: 1, step: 1, metrics: { map: 0.3 } };
    const state = { ...createRunState(), epochs: [epoch] } as unknown as RunState;
    check(state, /^Its own program judged this run, and keeps no detections/);
  });
});
