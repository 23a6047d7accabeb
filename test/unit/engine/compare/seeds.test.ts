import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toJsonLine } from '../../../../src/base/json';
import { recipeRuns } from '../../../../src/engine/compare/recipe-runs';
import { readState } from '../../../../src/engine/compare/run-detections';
import { seedsBeside } from '../../../../src/engine/compare/seeds';
import { type JudgedRun, writeJudgedRun } from '../../../helpers/judged-run';
import { wholeExperiment } from '../../../helpers/whole-experiment';
import { cli } from '../../cli/harness';

let dir = '';
let runs = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-seeds-'));
  runs = path.join(dir, 'runs');
  const { schedule } = wholeExperiment();
  const other = { schedule: { ...schedule, lr0: 0.05 } };
  for (const [seed, map] of [0.5, 0.52, 0.54].entries()) {
    const epochs = { 1: map - 0.3 };
    writeJudgedRun(runs, { name: `a${seed}`, shift: 4, map, epochs, experiment: { seed } });
    const experiment = { ...other, seed };
    writeJudgedRun(runs, { name: `b${seed}`, shift: 6, map: map + 0.1, epochs, experiment });
  }
  const moved = { fingerprint: 'another', map: 0.9, experiment: { seed: 7 }, run: { created: 0 } };
  writeJudgedRun(runs, { name: 'moved', shift: 4, ...moved });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const side = (name: string, epoch = 2, asked = false) => sideIn(runs, name, epoch, asked);

async function sideIn(folder: string, name: string, epoch = 2, asked = false) {
  const own = path.join(folder, name);
  return { dir: own, epoch, asked, state: await readState(own) };
}

const inOrder = (maps: readonly number[]): number[] =>
  maps.map((map) => Number(map.toFixed(9))).sort((a, b) => a - b);

describe('the seeds of two recipes', () => {
  it('are the best of each run', async () => {
    const { a, b, ...rest } = await seedsBeside(await side('a0'), await side('b0'));
    expect([inOrder(a), inOrder(b), rest]).toEqual([
      [0.5, 0.52, 0.54],
      [0.6, 0.62, 0.64],
      { sameRecipe: false },
    ]);
  });
  it('are those of the epoch that was asked for', async () => {
    const { a, b, epochs } = await seedsBeside(await side('a0', 1, true), await side('b0', 1, true));
    expect([inOrder(a), inOrder(b), epochs]).toEqual([[0.2, 0.22, 0.24], [0.2, 0.22, 0.24], { a: 1, b: 1 }]);
    const half = await seedsBeside(await side('a0', 1, true), await side('b0'));
    expect(half.epochs).toEqual({ a: 1, b: undefined });
    expect(Math.min(...half.b)).toBeCloseTo(0.6, 9);
  });
  it('are the best, if the best was asked for by its number', async () => {
    expect((await seedsBeside(await side('a0', 2, true), await side('b0'))).epochs).toBeUndefined();
  });
  it('say nothing of two epochs of one run, or of one recipe', async () => {
    for (const other of [await side('a0', 1, true), await side('a1', 1, true)])
      expect(await seedsBeside(await side('a0', 2, true), other)).toMatchObject({ otherEpochs: true });
    const alike = await seedsBeside(await side('a0', 1, true), await side('a1', 1, true));
    expect(alike.otherEpochs).toBeUndefined();
    expect(Math.max(...alike.a)).toBeCloseTo(0.24, 9);
  });
});

describe('the words of the command line', () => {
  it('do not call the difference of two epochs chance', async () => {
    const { out } = await cli(['compare', 'a0@1', 'a0@2'], dir);
    expect(out).not.toContain('chance');
    expect(out).toContain('both are of one recipe, at other epochs');
    expect((await cli(['compare', 'a0', 'a1'], dir)).out).toMatch(
      /the luck of .*training; n = 3 seeds of it/,
    );
  });
  it('name the epoch by which recipes are judged', async () => {
    const { out } = await cli(['compare', 'a0@1', 'b0@1'], dir);
    expect(out).toContain('n = 3 and 3 seeds do not show which recipe is better: ±0.0000');
    expect(out).toContain('of each run its epoch 1 counts, and not its best');
  });
});

describe('several runs against one', () => {
  it('are judged by the seeds of their recipes too, in one line for all of one recipe', async () => {
    const { out } = await cli(['compare', 'a0', 'a1', 'a2', 'b0'], dir);
    expect(out).toContain(
      'B, C against A: both runs are of one recipe: what difference there is comes from the luck of training; n = 3 seeds of it spread by 0.020',
    );
    expect(out).toMatch(/^D against A: D's recipe is better, by n = 3 and 3 seeds: \+0\.1000, 95 % /m);
    const { runs: rows } = JSON.parse((await cli(['compare', 'a0', 'a1', 'b0', '--json'], dir)).out);
    expect(rows.map(({ recipes }: { recipes: { kind: string } | null }) => recipes?.kind)).toEqual([
      ...[undefined, 'same-recipe', 'seeds'],
    ]);
  });
  it('have wider limits for recipes the more are compared', async () => {
    const limits = async (...names: string[]) => {
      const { out } = await cli(['compare', ...names, '--json'], dir);
      const { low, high } = JSON.parse(out).runs.at(-1).recipes;
      return high - low;
    };
    expect(await limits('a0', 'a1', 'a2', 'b1', 'b0')).toBeGreaterThan(
      1.05 * (await limits('a0', 'a1', 'b0')),
    );
  });
});

describe('a run that was resumed from an earlier epoch', () => {
  it('counts by what it has now: what was validated before of later epochs is of checkpoints that are gone', async () => {
    const folder = path.join(dir, 'resumed');
    const again = writeJudgedRun(folder, { name: 'again', shift: 4, map: 0.9, epochs: { 1: 0.3 } });
    writeJudgedRun(folder, {
      name: 'other',
      shift: 4,
      map: 0.4,
      epochs: { 1: 0.3 },
      experiment: { seed: 1 },
    });
    resumeFromFirst(again, 0.2);
    const { runs: known } = await recipeRuns(folder, wholeExperiment());
    const bests = new Map(known.map(({ seed, best }) => [seed, best.map]));
    expect([bests.get(0), bests.get(1)]).toEqual([0.3, 0.4]);
    const at = (name: string) => sideIn(folder, name, 2, true);
    const { a } = await seedsBeside(await at('again'), await at('other'));
    expect(inOrder(a)).toEqual([0.2, 0.4]);
  });
});

/** Epoch 2 is trained again, with another mAP. */
function resumeFromFirst(run: string, map: number): void {
  const hello = { type: 'hello', trainer: 'builtin', pid: 1, groups: [], knobs: [] };
  const checkpoint = { type: 'checkpoint', path: 'checkpoints/epoch-0002', epoch: 2, step: 20, bytes: 1 };
  const events = [
    { ...hello, t: 1, attempt: 1, fromStep: 0 },
    { ...checkpoint, t: 1, path: 'checkpoints/epoch-0001', epoch: 1, step: 10 },
    { ...checkpoint, t: 1 },
    { ...hello, t: 3, attempt: 2, fromStep: 11 },
    { ...checkpoint, t: 4 },
  ];
  writeFileSync(path.join(run, 'events.jsonl'), events.map(toJsonLine).join(''));
  const file = path.join(run, 'validation.jsonl');
  const [report] = readFileSync(file, 'utf8').split('\n');
  appendFileSync(file, toJsonLine({ ...JSON.parse(report), t: 5, map }));
}

describe('a run that is not a seed of its recipe', () => {
  const plan = (images: number, settings: readonly object[] = []) => ({
    ...{ type: 'plan', t: 1, epochs: 3, stepsPerEpoch: 10, totalSteps: 30, images, settings },
  });
  const applied = { step: 5, mode: 'hold', value: 0.001, by: 'cli' };
  const set = {
    ...{ type: 'control', t: 1, id: 'a', ok: true, applied, step: 5, message: '' },
    requested: { type: 'lr', mode: 'hold', value: 0.001 },
  };
  const rewind = { type: 'rewind', t: 1, epoch: 1, lrFactor: 0.1, warmup: 0, message: '' };
  const halved = { key: 'batch', requested: 32, effective: 16 };
  const nothing = { key: 'nbs', requested: 64, effective: null };
  let folder = '';
  beforeAll(() => {
    folder = path.join(dir, 'changed', 'runs');
    const write = (name: string, seed: number, rest: Partial<JudgedRun>) => {
      const run = { created: 10 - seed };
      const map = 0.5 + seed / 100;
      writeJudgedRun(folder, { name, shift: 4 + seed, map, experiment: { seed }, run, ...rest });
    };
    write('plain', 0, { events: [plan(40, [nothing])] });
    write('other', 1, { events: [plan(40, [nothing])] });
    write('set', 2, { events: [plan(40), set] });
    write('rewound', 3, { events: [plan(40)], keeper: [{ ...rewind, by: 'vscode' }] });
    write('itself', 4, { events: [plan(40)], keeper: [{ ...rewind, by: 'keeper' }] });
    write('fewer', 5, { events: [plan(31)] });
    write('halved', 6, { events: [plan(40, [halved])] });
    write('unknown', 7, {});
    write('stopped', 8, { events: [plan(40)], stoppedIn: 2 });
  });
  const compare = async (...names: string[]) =>
    (await cli(['compare', ...names, '--runs', folder], dir)).out.replaceAll(/\s+/g, ' ');

  it('was changed while it trained, by a person', async () => {
    expect(await compare('set', 'plain')).toContain(
      'A is not a seed of its recipe: its LR was changed at step 5',
    );
    expect(await compare('plain', 'rewound')).toContain(
      'B is not a seed of its recipe: it was rewound to epoch 1',
    );
    expect(await compare('set', 'rewound')).toContain(
      'A is not a seed of its recipe: its LR was changed at step 5; B is not a seed of its recipe: it was rewound to epoch 1',
    );
    expect(await compare('set', 'plain')).toMatch(/environment A B changed its LR was changed at step 5 -/);
    expect(await compare('itself', 'plain')).toContain('both runs are of one recipe');
  });
  it('was stopped before its end', async () => {
    expect(await compare('stopped', 'plain')).toContain(
      'A is not a seed of its recipe: it was stopped in epoch 2 of 3',
    );
  });
  it('was trained on other images, or with another batch', async () => {
    const fewer = await compare('plain', 'fewer');
    expect(fewer).toContain(
      'both are of one experiment, but not of one recipe: the number of train images differs: 40 for A, 31 for B',
    );
    expect(fewer).not.toContain('both runs are of one recipe');
    expect(await compare('plain', 'halved')).toContain(
      'not of one recipe: batch differs: 32 for A, 16 for B',
    );
    expect(await compare('plain', 'unknown')).toContain('both runs are of one recipe');
  });
  it('is not counted beside others', async () => {
    const { a } = await seedsBeside(await sideIn(folder, 'plain'), await sideIn(folder, 'other'));
    expect(inOrder(a)).toEqual([0.5, 0.51, 0.54, 0.57]);
  });
  it('is named as left out by repeat', async () => {
    const known = await recipeRuns(folder, wholeExperiment());
    expect(known.runs.map(({ seed }) => seed).sort()).toEqual([0, 1, 4, 7]);
    expect(known.changed.map(({ dir: one }) => path.basename(one)).sort()).toEqual(['rewound', 'set']);
    expect(known.unlike.map(({ dir: one, unlike }) => [path.basename(one), unlike.key]).sort()).toEqual([
      ['fewer', 'train images'],
      ['halved', 'batch'],
    ]);
  });
});

describe('the runs of one recipe', () => {
  it('do not mix val sets: those of another than the newest are named', async () => {
    const known = await recipeRuns(runs, wholeExperiment());
    expect(known.runs.map(({ seed }) => seed).sort()).toEqual([0, 1, 2]);
    expect(known.elsewhere.map((one) => path.basename(one))).toEqual(['moved']);
    expect(known.spread?.mean).toBeCloseTo(0.52, 9);
  });
});
