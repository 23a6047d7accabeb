import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askAndWait } from '../../../src/engine/control/ask';
import { bytesOf, clearRun, planSpace } from '../../../src/engine/control/free-space';
import { openRun } from '../../../src/engine/runs/live-run';
import { createRig, type Rig, removeRig, runToEnd, startFakeRun, until } from '../../helpers/fake-run';

let rig: Rig;
beforeAll(() => {
  rig = createRig();
});
afterAll(() => removeRig(rig));

it('removes the checkpoints of an ended run but the best, as was said before, and keeps the best', async () => {
  const { dir } = await startFakeRun(rig, { epochs: 5 });
  const ended = await runToEnd(dir);
  ended.dispose();
  const before = ended.state.status;
  const { best, checkpoints } = ended.state;
  expect(checkpoints.size).toBe(5);
  const plan = await planSpace(rig.runsDir, { keep: 'best', olderMs: 0, now: Date.now() + 60_000 });
  const epochs = [1, 2, 3, 4, 5].filter((epoch) => epoch !== best?.epoch);
  expect(plan.runs).toMatchObject([{ dir, epochs }]);
  expect(bytesOf(plan)).toBeGreaterThan(0);
  const host = { installDir: rig.installDir, from: 'cli' };
  expect(await clearRun(plan.runs[0], 'best', host)).toBe('4 checkpoints removed');
  expect(readdirSync(path.join(dir, 'checkpoints'))).toEqual([path.basename(best?.path ?? '')]);
  const live = await openRun(dir);
  // The keeper that cleared writes the status again, after its answer; the run did not end again.
  const last = before?.heartbeat ?? Number.POSITIVE_INFINITY;
  await until(live, ({ state }) => (state.status?.heartbeat ?? 0) > last);
  live.dispose();
  const kept = [...live.state.checkpoints.values()].filter((checkpoint) => checkpoint.kept);
  expect(kept.map(({ epoch }) => epoch)).toEqual([best?.epoch]);
  const after = live.state.status;
  expect(after?.state).toBe('completed');
  expect([typeof before?.endedAt, after?.endedAt]).toEqual(['number', before?.endedAt]);
  expect(await clearRun(plan.runs[0], 'best', host)).toBe('0 checkpoints removed');
});

it('is refused while the run is at work', async () => {
  const { dir } = await startFakeRun(rig, { epochs: 200, trainer: { stepMs: 20 } });
  const live = await openRun(dir);
  await until(live, ({ state }) => state.steps.step.length > 0);
  live.dispose();
  const answer = await askAndWait(
    dir,
    { type: 'clear', keep: 'best' },
    { installDir: rig.installDir, from: 'cli' },
  );
  expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('the run is at work') });
  await askAndWait(dir, { type: 'stop' }, { installDir: rig.installDir, from: 'cli' });
  (await runToEnd(dir)).dispose();
  expect(existsSync(path.join(dir, 'checkpoints'))).toBe(true);
});
