import { afterAll, beforeAll, expect, test } from 'vitest';
import { askAndWait } from '../../../src/engine/control/ask';
import { type LiveRun, openRun } from '../../../src/engine/runs/live-run';
import type { ControlRequest } from '../../../src/run/requests';
import { linesOf, runCliProcess } from '../../helpers/cli';
import { createRig, fakeExperiment, isOver, removeRig, startFakeRun, until } from '../../helpers/fake-run';

// What a change of the LR comes to is shown before it is sent, and the keeper itself refuses a slip of the keyboard.
const rig = createRig();
const schedule = { ...fakeExperiment({}).schedule, lr0: 0.01, warmup_epochs: 0 };
let live: LiveRun;
beforeAll(async () => {
  // Long enough for anyone who asks, on any machine; ended by the last test.
  const { dir } = await startFakeRun(rig, { epochs: 20_000, experiment: { schedule } });
  live = await openRun(dir);
  await until(live, ({ state }) => state.steps.step.length > 0 && state.plan !== undefined);
});
afterAll(() => {
  live.dispose();
  removeRig(rig);
});

const ask = (request: ControlRequest) =>
  askAndWait(live.dir, request, { installDir: rig.installDir, from: 'test' });
const set = (...more: string[]) => runCliProcess(['set', live.dir, ...more, '--trust'], rig.folder);
const changes = async () => {
  await live.refresh();
  return live.state.lrChanges;
};

test('the keeper refuses a value far above the plan unless it is confirmed', async () => {
  const slip = { type: 'lr', mode: 'hold', value: 5 } as const;
  expect(await ask(slip)).toMatchObject({
    ok: false,
    message: expect.stringMatching(
      /^LR 5 is 5\d\d times the highest planned LR of this run, 0\.0\d+: it needs/,
    ),
  });
  expect(await changes()).toEqual([]);
  expect(await ask({ ...slip, confirmed: true })).toMatchObject({ ok: true });
  expect(await changes()).toMatchObject([{ mode: 'hold', value: 5 }]);
});

test('set prints per group what a change comes to before it is sent', async () => {
  const before = (await changes()).length;
  const { code, out, err } = await set('lr=0.004', '--hold');
  expect([code, err]).toEqual([0, '']);
  for (const group of ['weights', 'norm', 'bias'])
    expect(linesOf(out).filter((line) => new RegExp(`^ *${group}.*0\\.004`).test(line))).toHaveLength(1);
  expect((await changes()).slice(before)).toMatchObject([{ mode: 'hold', value: 0.004 }]);
});

test('set refuses a slip before it is sent, and --yes sets it', async () => {
  const before = (await changes()).length;
  const refused = await set('lr=5', '--hold');
  expect([refused.code, linesOf(refused.err).length]).toEqual([2, 1]);
  expect(refused.err).toMatch(/times the highest planned LR .*; --yes sets it all the same$/m);
  expect(await changes()).toHaveLength(before);
  expect((await set('lr=5', '--hold', '--yes')).code).toBe(0);
  expect(await changes()).toHaveLength(before + 1);
  expect(await ask({ type: 'stop' })).toMatchObject({ ok: true });
  await until(live, isOver);
});
