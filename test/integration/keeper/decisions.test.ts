import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { words } from '../../../src/base/words';
import { askAndWait } from '../../../src/engine/control/ask';
import { resumeRun } from '../../../src/engine/control/resume-run';
import { openRun } from '../../../src/engine/runs/live-run';
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

async function start(told: Told): Promise<string> {
  const { dir } = await startFakeRun(rig, told);
  return dir;
}
const ask = (dir: string, request: Parameters<typeof askAndWait>[1]) =>
  askAndWait(dir, request, { installDir: rig.installDir, from: 'test' });

test('early stopping ends a run that no longer improves, and says why', async () => {
  const map = [0.1, 0.2, 0.3, ...Array(200).fill(0.25)];
  const early_stop = {
    ...({ enabled: true, metric: 'map', ema: 1, patience: 3 } as const),
    ...{ min_delta: 0, min_epochs: 0, wait_for_decay: false },
  };
  const live = await runToEnd(
    await start({
      epochs: 200,
      validator: { ms: 1, map },
      experiment: { early_stop, schedule: { ...fakeExperiment({}).schedule, warmup_epochs: 0 } },
    }),
  );
  expect(live.state.status).toMatchObject({
    state: 'completed',
    reason: expect.stringContaining('best was epoch 3'),
  });
  expect(live.state.keeper.find((e) => e.type === 'early_stop')).toMatchObject({
    bestEpoch: 3,
    metric: 'map',
  });
  expect(live.state.best).toMatchObject({ epoch: 3, map: 0.3 });
  expect(live.state.epochs.length).toBeLessThan(200);
  live.dispose();
});

test('clean-up keeps the last, the best and the pinned checkpoints, and writes down what it removed', async () => {
  const map = [0.1, 0.9, ...Array(20).fill(0.2)];
  const checkpoints = { every: 1, keep_last: 2, keep_best: 1 };
  const dir = await start({
    epochs: 8,
    trainer: { stepMs: 15 },
    validator: { ms: 1, map },
    experiment: { checkpoints },
  });
  const live = await openRun(dir);
  await until(live, (l) => l.state.checkpoints.has(1));
  expect(await ask(dir, { type: 'pin', epoch: 1, pinned: true })).toMatchObject({ ok: true });
  await until(live, isOver);
  const left = readdirSync(path.join(dir, 'checkpoints')).sort();
  expect(left).toEqual(['epoch-0001', 'epoch-0002', 'epoch-0007', 'epoch-0008']);
  const removed = live.state.keeper.filter((e) => e.type === 'cleanup').map((e) => e.epoch);
  expect(removed.sort()).toEqual([3, 4, 5, 6]);
  expect(live.state.checkpoints.get(3)).toMatchObject({ kept: false, state: 'validated' });
  expect(existsSync(path.join(dir, 'validation/epoch-0003.det'))).toBe(false);
  expect(existsSync(path.join(dir, 'validation/epoch-0002.det'))).toBe(true);
  live.dispose();
});

test('a validator that crashes on a checkpoint is restarted three times, then the checkpoint counts as failed', async () => {
  const live = await runToEnd(await start({ epochs: 3, validator: { crashOn: 2, crashes: 99 } }));
  expect(live.state.status?.state).toBe('completed');
  expect(live.state.checkpoints.get(2)?.state).toBe('failed');
  expect([...live.state.validations.keys()]).toEqual([1, 3]);
  const alert = live.state.alerts.find((a) => a.rule === 'validation_failed');
  expect(alert).toMatchObject({ epoch: 2, message: expect.stringContaining('Segmentation fault') });
  live.dispose();
});

test('a validator that crashes twice on a checkpoint validates it in the end', async () => {
  const live = await runToEnd(await start({ epochs: 2, validator: { crashOn: 2, crashes: 2 } }));
  expect([...live.state.validations.keys()]).toEqual([1, 2]);
  expect(live.state.status?.validatorProblem).toBeUndefined();
  live.dispose();
});

test('only each n-th checkpoint is validated, and the last one always', async () => {
  const validation = {
    enabled: true,
    device: 'cpu',
    batch: 4,
    half: 'off',
    every: 3,
    backlog: 'all',
    engine: 'onnx',
    in_loop: 0,
  } as const;
  const live = await runToEnd(await start({ epochs: 7, experiment: { validation } }));
  expect([...live.state.validations.keys()]).toEqual([3, 6, 7]);
  expect(live.state.checkpoints.get(1)?.state).toBe('skipped');
  live.dispose();
});

test('a pause ends the trainer with a checkpoint, and a resume goes on from there', async () => {
  const dir = await start({ epochs: 20 });
  const live = await openRun(dir);
  await until(live, (l) => l.state.steps.step.length > 25);
  expect(await ask(dir, { type: 'pause' })).toMatchObject({ ok: true });
  await until(live, isOver);
  expect(live.state.status?.state).toBe('paused');
  const { best } = live.state;
  expect(best).toBeDefined();
  await resumeRun(dir, rig);
  await until(live, (l) => isOver(l) && l.state.status?.state === 'completed');
  expect(live.state.hello?.attempt).toBe(2);
  expect(live.state.best?.epoch).toBe(20);
  live.dispose();
});

test('a stop ends a paused run and is its reason; another one changes nothing', async () => {
  const dir = await start({ epochs: 20 });
  const live = await openRun(dir);
  await until(live, (l) => l.state.steps.step.length > 5);
  await ask(dir, { type: 'pause' });
  await until(live, isOver);
  const why = words('pruned at epoch {0}', 2);
  expect(await ask(dir, { type: 'stop', why })).toMatchObject({ ok: true });
  await until(live, (l) => isOver(l) && l.state.status?.state === 'stopped');
  expect(live.state.status).toMatchObject({ reason: 'pruned at epoch 2', said: why });
  expect(await ask(dir, { type: 'stop' })).toMatchObject({ ok: false });
  expect(live.state.status?.reason).toBe('pruned at epoch 2');
  live.dispose();
});

test('after the end a host may still have a checkpoint validated; the run stays as it ended', async () => {
  const validation = {
    enabled: false,
    device: 'cpu',
    batch: 4,
    half: 'off',
    every: 1,
    backlog: 'all',
    engine: 'onnx',
    in_loop: 0,
  } as const;
  const dir = await start({ epochs: 2, experiment: { validation } });
  const live = await runToEnd(dir);
  expect(live.state.validations.size).toBe(0);
  expect(await ask(dir, { type: 'validate', epoch: 1 })).toMatchObject({ ok: true });
  await until(live, (l) => isOver(l) && l.state.validations.size === 1);
  expect(live.state.status).toMatchObject({ state: 'completed', exitCode: 0 });
  expect(await ask(dir, { type: 'validate', epoch: 9 })).toMatchObject({
    ok: false,
    message: 'there is no checkpoint of epoch 9',
  });
  await until(live, isOver);
  live.dispose();
});

test('a run that fails at its start says so in one line', async () => {
  const live = await runToEnd(await start({ trainer: { crashAtStart: true } }));
  expect(live.state.status).toMatchObject({ state: 'failed', exitCode: 3 });
  expect(live.state.status?.reason).toContain('no such device');
  live.dispose();
});

test('a trainer that this version does not have is one clear line', async () => {
  await expect(start({ experiment: { trainer: 'unheard-of' as never } })).rejects.toThrow(
    /run\.json: experiment\.resolved\.trainer: [^\n]+"builtin"[^\n]+$/,
  );
});

test('a loss that is not finite is one alert, with its step and number', async () => {
  const live = await runToEnd(await start({ epochs: 2, trainer: { nanAt: 7 } }));
  const alerts = live.state.alerts.filter((a) => a.rule === 'non_finite');
  expect(alerts).toMatchObject([{ step: 7, severity: 'error' }]);
  expect(Number.isNaN(live.state.steps.loss.get('total')?.at(7))).toBe(true);
  live.dispose();
});

test('a run whose validation folder cannot be made tells why for each checkpoint, and ends', async () => {
  const { dir } = await startFakeRun(rig, { epochs: 3 });
  writeFileSync(path.join(dir, 'validation'), '');
  const live = await runToEnd(dir);
  expect(live.state.status?.state).toBe('completed');
  expect([...live.state.checkpoints.values()].map(({ state }) => state)).toEqual([
    'failed',
    'failed',
    'failed',
  ]);
  expect(live.state.alerts.find(({ rule }) => rule === 'validation_failed')?.message).toMatch(
    /epoch 1 could not be validated: cannot make the folder .*validation: a file has that name/,
  );
  live.dispose();
});

test('a stop reaches a trainer that cannot be asked', async () => {
  const { dir } = await startFakeRun(rig, { epochs: 1000, trainer: { stepMs: 20, deaf: true } });
  const live = await openRun(dir);
  await until(live, () => live.state.steps.step.length > 0);
  rmSync(path.join(dir, 'control/trainer'), { recursive: true });
  writeFileSync(path.join(dir, 'control/trainer'), '');
  const answer = await ask(dir, { type: 'stop' });
  expect(answer?.message).toMatch(/could not be sent the request .*: it is interrupted/);
  await until(live, isOver);
  expect(live.state.status?.state).toBe('stopped');
  live.dispose();
});

test('a keeper that cannot begin says why', async () => {
  const { dir } = await startFakeRun(rig, { epochs: 2 });
  const first = await runToEnd(dir);
  first.dispose();
  rmSync(path.join(dir, 'checkpoints'), { recursive: true });
  writeFileSync(path.join(dir, 'checkpoints'), '');
  await resumeRun(dir, { installDir: rig.installDir });
  const live = await openRun(dir);
  await until(live, () => /checkpoints: a file has that name/.test(live.presence.note ?? ''));
  expect(live.presence.state).toBe('failed');
  live.dispose();
});
