import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runCliProcess, spawnCli } from '../helpers/cli';
import { eventsOf, keeperSaid, until, useWorkshop, writeExperiment, writeTinyModel } from './helpers';

const workshop = useWorkshop({ train: 48, val: 8, prepare: writeTinyModel });

// 12 steps an epoch: a checkpoint is from before the trouble if it is 16 steps older.
const TINY = {
  model: 'tiny.yaml',
  batch: 4,
  validation: false,
  warmup_epochs: 0,
  lr0: 0.01,
  rewind_warmup_steps: 5,
};
const ruin = ['--hold', '--yes'];

it('on_divergence: rewind goes back to before the NaN and brings the run to its end, unattended', async () => {
  const file = writeExperiment(workshop, 'policy', { ...TINY, epochs: 6, on_divergence: 'rewind' });
  const { done } = spawnCli(['train', file, '--name', 'policy'], workshop.dir);
  const dir = workshop.runDir('policy');
  await until('the third epoch is over', () => eventsOf(dir, 'epoch').length >= 3);
  expect((await runCliProcess(['set', dir, 'lr=1e12', ...ruin], workshop.dir)).code).toBe(0);
  const { code, err } = await done;
  expect(code, err).toBe(0);
  const [first, second] = eventsOf(dir, 'hello');
  expect([first.fromStep, second.attempt]).toEqual([0, 2]);
  expect(second.fromStep % 12).toBe(0);
  expect(second.fromStep).toBeGreaterThan(0);
  const rewound = eventsOf(dir, 'control').find(({ requested }) => requested?.type === 'rewind');
  expect(rewound).toMatchObject({
    ok: true,
    step: second.fromStep,
    applied: { mode: 'scale', warmup: 5, by: 'keeper' },
  });
  expect(rewound?.applied?.value).toBeCloseTo(plannedAt(second.fromStep) / 2, 12);
  expect(ratesFrom(dir, second.fromStep)).toEqual(expectedRates(second.fromStep));
  expect(eventsOf(dir, 'end').at(-1)).toMatchObject({ reason: 'completed' });
  expect(keeperSaid(dir).join('\n')).toMatch(/rewind: back to the checkpoint of epoch \d: LR x 0\.5/);
});

it('a run that has ended is rewound on request; without a checkpoint before the trouble it starts again', async () => {
  const file = writeExperiment(workshop, 'asked', { ...TINY, epochs: 3 });
  expect((await spawnCli(['train', file, '--name', 'asked'], workshop.dir).done).code).toBe(0);
  const dir = workshop.runDir('asked');
  const to = (epoch: number) =>
    runCliProcess(['rewind', dir, '--to', String(epoch), '--lr-factor', '0.1'], workshop.dir);
  expect((await to(9)).err).toMatch(/there is no checkpoint of epoch 9; there are: 1, 2, 3/);
  expect(await to(2)).toMatchObject({ code: 0, out: expect.stringMatching(/^rewound to step 24; /) });
  await until('the run goes on to its end', () => eventsOf(dir, 'end').length === 2);
  expect(eventsOf(dir, 'hello').at(-1)).toMatchObject({ attempt: 2, fromStep: 24 });
  expect((await to(0)).code).toBe(0);
  expect(existsSync(path.join(dir, 'checkpoints/epoch-0003'))).toBe(false);
  await until('it is trained again', () => eventsOf(dir, 'end').length === 3);
  expect(eventsOf(dir, 'hello').at(-1)).toMatchObject({ attempt: 3, fromStep: 0 });
  expect(eventsOf(dir, 'end').map(({ reason }) => reason)).toEqual(['completed', 'completed', 'completed']);
});

it('a run that diverges again and again is rewound as often as the experiment says, and stays diverged', async () => {
  const file = writeExperiment(workshop, 'again', {
    ...{ ...TINY, epochs: 40, on_divergence: 'rewind', rewind_tries: 2 },
  });
  const { done } = spawnCli(['train', file, '--name', 'again'], workshop.dir);
  const dir = workshop.runDir('again');
  for (const attempt of [1, 2, 3]) {
    await until(`attempt ${attempt} trains`, () => stepsOfLastAttempt(dir, attempt) > 0);
    expect((await runCliProcess(['set', dir, 'lr=1e12', ...ruin], workshop.dir)).code).toBe(0);
  }
  const { code, out } = await done;
  expect(code, out).toBe(1);
  expect(eventsOf(dir, 'hello').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(keeperSaid(dir).filter((line) => line.startsWith('rewind: '))).toHaveLength(2);
  expect(out).toMatch(/diverged/);
});

/** 0 before the attempt has begun. */
function stepsOfLastAttempt(dir: string, attempt: number): number {
  const last = eventsOf(dir, 'hello').at(-1);
  if (last?.attempt !== attempt) return 0;
  return eventsOf(dir, 'step').filter(({ t }) => t >= last.t).length;
}

/** lr0 falls linearly to a hundredth of it, epoch by epoch. */
const plannedAt = (step: number): number => 0.01 * (1 - (Math.floor(step / 12) / 6) * 0.99);

/** Of the last attempt, its first eight steps, in nine digits. */
const ratesFrom = (dir: string, from: number): string[] =>
  eventsOf(dir, 'step')
    .slice(eventsOf(dir, 'step').findLastIndex(({ step }) => step === from))
    .slice(0, 8)
    .map(({ lr }) => lr[0].toPrecision(9));

const expectedRates = (from: number): string[] =>
  Array.from({ length: 8 }, (_, i) => ((plannedAt(from + i) / 2) * Math.min(1, (i + 1) / 6)).toPrecision(9));
