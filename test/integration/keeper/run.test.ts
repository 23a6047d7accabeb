import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { askAndWait } from '../../../src/engine/control/ask';
import { processesOfRun } from '../../../src/engine/process/run-processes';
import { openRun } from '../../../src/engine/runs/live-run';
import {
  createRig,
  isOver,
  removeRig,
  runToEnd,
  startFakeRun,
  type Told,
  until,
} from '../../helpers/fake-run';

const rig = createRig();
afterAll(() => removeRig(rig));

const start = (told?: Told) => startFakeRun(rig, told);

test('a run is trained, every checkpoint validated, and ends completed with its keeper gone', async () => {
  const { dir } = await start({ epochs: 4 });
  const live = await runToEnd(dir);
  expect(live.state.status).toMatchObject({ state: 'completed', exitCode: 0, stalled: false });
  expect([...live.state.validations.keys()]).toEqual([1, 2, 3, 4]);
  expect(live.state.best).toMatchObject({ epoch: 4, map: 0.8 });
  expect(live.state.steps.step.length).toBe(40);
  expect(existsSync(path.join(dir, 'checkpoints/epoch-0004/model.onnx'))).toBe(true);
  expect(live.state.problems).toEqual([]);
  live.dispose();
});

test('while the validator is behind, only the latest checkpoint is validated and the others are skipped', async () => {
  const experiment = {
    validation: {
      enabled: true,
      device: 'cpu',
      batch: 4,
      half: 'off',
      every: 1,
      backlog: 'latest',
      engine: 'onnx',
      in_loop: 0,
    } as const,
  };
  const { dir } = await start({ epochs: 8, trainer: { stepMs: 2 }, validator: { ms: 300 }, experiment });
  const live = await runToEnd(dir);
  const states = [...live.state.checkpoints.values()].map((c) => c.state);
  expect(states.at(-1)).toBe('validated');
  expect(states.filter((s) => s === 'skipped').length).toBeGreaterThan(0);
  expect(new Set(states)).toEqual(new Set(['validated', 'skipped']));
  live.dispose();
});

test('a stop leaves no process of the run, grandchildren in their own session included', async () => {
  const { dir, id } = await start({ epochs: 1000, trainer: { grandchild: true } });
  const live = await openRun(dir);
  await until(live, () => live.state.steps.step.length > 5);
  expect(processesOfRun(id).length).toBeGreaterThanOrEqual(3);
  const answer = await askAndWait(dir, { type: 'stop' }, { installDir: rig.installDir, from: 'test' });
  expect(answer).toMatchObject({ ok: true });
  await until(live, isOver);
  expect(live.state.status?.state).toBe('stopped');
  expect(processesOfRun(id)).toEqual([]);
  live.dispose();
});

test('a trainer that follows neither request nor interrupt is killed, and the run is stopped', async () => {
  const { dir, id } = await start({ epochs: 1000, trainer: { deaf: true } });
  const live = await openRun(dir);
  await until(live, () => live.state.steps.step.length > 5);
  const answer = await askAndWait(
    dir,
    { type: 'stop' },
    { installDir: rig.installDir, from: 'test', timeoutMs: 30_000 },
  );
  expect(answer).toMatchObject({ ok: true });
  await until(live, isOver);
  expect(live.state.status).toMatchObject({ state: 'stopped', signal: 'SIGKILL' });
  expect(processesOfRun(id)).toEqual([]);
  live.dispose();
});

test('a trainer that crashes ends as failed, with its exit code and last words', async () => {
  const { dir } = await start({ trainer: { crashAt: 12 } });
  const live = await runToEnd(dir);
  expect(live.state.status).toMatchObject({ state: 'failed', exitCode: 7 });
  expect(live.state.status?.reason).toContain('out of memory');
  expect([...live.state.validations.keys()]).toEqual([1]);
  live.dispose();
});

test('a changed LR is answered by the trainer and the answer is repeated by the keeper', async () => {
  const { dir } = await start({ epochs: 30 });
  const live = await openRun(dir);
  await until(live, () => live.state.steps.step.length > 5);
  const request = { type: 'lr', mode: 'scale', value: 0.005 } as const;
  const answer = await askAndWait(dir, request, { installDir: rig.installDir, from: 'test' });
  expect(answer).toMatchObject({ ok: true, request });
  await live.refresh();
  expect(live.state.lrChanges).toMatchObject([{ mode: 'scale', value: 0.005 }]);
  expect(readdirSync(path.join(dir, 'control')).filter((n) => n.endsWith('.json'))).toEqual([]);
  const mosaic = await askAndWait(
    dir,
    { type: 'close_mosaic' },
    { installDir: rig.installDir, from: 'test' },
  );
  expect(mosaic).toMatchObject({ ok: false, message: expect.stringContaining('cannot do close_mosaic') });
  await askAndWait(dir, { type: 'stop' }, { installDir: rig.installDir, from: 'test' });
  await until(live, isOver);
  live.dispose();
});
