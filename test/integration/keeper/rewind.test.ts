import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { askAndWait } from '../../../src/engine/control/ask';
import { type LiveRun, openRun } from '../../../src/engine/runs/live-run';

import type { ControlRequest } from '../../../src/run/requests';
import {
  createRig,
  fakeExperiment,
  isOver,
  removeRig,
  runToEnd,
  startFakeRun,
  type Told,
  until,
} from '../../helpers/fake-run';

const rig = createRig();
afterAll(() => removeRig(rig));

const start = async (told: Told): Promise<string> => (await startFakeRun(rig, told)).dir;
const ask = (dir: string, request: ControlRequest) =>
  askAndWait(dir, request, { installDir: rig.installDir, from: 'test' });
const rewindsOf = (live: LiveRun) => live.state.keeper.filter((entry) => entry.type === 'rewind');
const schedule = { ...fakeExperiment({}).schedule, warmup_epochs: 0 };
const POLICY = { on_divergence: 'rewind', schedule } as const;

test('on_divergence: rewind goes back to before the trouble and brings the run to its end', async () => {
  const live = await runToEnd(await start({ epochs: 6, trainer: { divergeAt: 35 }, experiment: POLICY }));
  expect(live.state.status?.state).toBe('completed');
  // Steps 20 to 35 are what the divergence rule looks back over: the checkpoint of step 10 is from before them.
  expect(rewindsOf(live)).toMatchObject([{ epoch: 1, lrFactor: 0.5, warmup: 100, by: 'keeper' }]);
  expect(live.state.hello).toMatchObject({ attempt: 2, fromStep: 10 });
  expect(live.state.lrChanges).toMatchObject([{ step: 10, value: 0.005, warmup: 100, by: 'keeper' }]);
  expect([...live.state.validations.keys()]).toEqual([1, 2, 3, 4, 5, 6]);
  live.dispose();
});

test('a run that diverges again and again stays diverged after three tries', async () => {
  const trainer = { divergeAt: 35, divergences: 99 };
  const live = await runToEnd(await start({ epochs: 6, trainer, experiment: POLICY }));
  expect(live.state.status?.state).toBe('diverged');
  expect(rewindsOf(live)).toHaveLength(3);
  expect(live.state.hello?.attempt).toBe(4);
  live.dispose();
});

test('without a checkpoint it starts again, with its reason', async () => {
  const live = await runToEnd(await start({ epochs: 3, trainer: { divergeAt: 5 }, experiment: POLICY }));
  expect(live.state.status?.state).toBe('completed');
  expect(rewindsOf(live)).toMatchObject([{ epoch: 0, message: expect.stringContaining('start again') }]);
  expect(live.state.hello).toMatchObject({ attempt: 2, fromStep: 0 });
  live.dispose();
});

test('a run that has ended is rewound on request, to the epoch that was asked for', async () => {
  const dir = await start({ epochs: 5, trainer: { divergeAt: 45 } });
  const diverged = await runToEnd(dir);
  expect(diverged.state.status?.state).toBe('diverged');
  diverged.dispose();
  expect(await ask(dir, { type: 'rewind', epoch: 9 })).toMatchObject({
    ok: false,
    message: expect.stringContaining('there is no checkpoint of epoch 9; there are: 1, 2, 3, 4'),
  });
  expect(await ask(dir, { type: 'rewind', epoch: 2, lrFactor: 0.1 })).toMatchObject({ ok: true });
  const live = await openRun(dir);
  await until(live, (l) => isOver(l) && l.state.status?.state === 'completed');
  expect(live.state.hello).toMatchObject({ attempt: 2, fromStep: 20 });
  expect(rewindsOf(live)).toMatchObject([{ epoch: 2, lrFactor: 0.1, by: 'test' }]);
  live.dispose();
});

test('a run that trains is stopped and rewound', async () => {
  const dir = await start({ epochs: 30 });
  const live = await openRun(dir);
  await until(live, (l) => l.state.checkpoints.has(4));
  expect(await ask(dir, { type: 'rewind', epoch: 1 })).toMatchObject({ ok: true });
  expect(existsSync(path.join(dir, 'checkpoints/epoch-0030'))).toBe(false);
  await until(live, (l) => isOver(l) && l.state.status?.state === 'completed');
  expect(live.state.hello).toMatchObject({ attempt: 2, fromStep: 10 });
  live.dispose();
});
