import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ensureKeeper } from '../../../src/engine/control/ensure-keeper';
import { KeptOnOtherMachine, resumeRun } from '../../../src/engine/control/resume-run';
import { identityOf, isAlive } from '../../../src/engine/process/identity';
import { type LiveRun, openRun } from '../../../src/engine/runs/live-run';
import { createRig, isOver, removeRig, startFakeRun, type Told, until } from '../../helpers/fake-run';

const rig = createRig();
afterAll(() => removeRig(rig));

async function startAndWait(told: Told, holds: (live: LiveRun) => boolean): Promise<LiveRun> {
  const { dir } = await startFakeRun(rig, told);
  const live = await openRun(dir);
  await until(live, holds);
  return live;
}

const kill = (pid: number | undefined): boolean => process.kill(pid ?? 0, 'SIGKILL');

/** Every line of every log is whole JSON. */
function expectWholeFiles(dir: string): void {
  for (const name of ['events.jsonl', 'keeper.jsonl', 'validation.jsonl']) {
    const lines = readFileSync(path.join(dir, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  }
}

test('trainer killed: the run says failed with the signal, what was validated stays, and resume goes on in the same folder', async () => {
  const live = await startAndWait({ epochs: 12 }, (l) => l.state.validations.size >= 2);
  kill(live.state.status?.trainer?.pid);
  await until(live, isOver);
  expect(live.state.status).toMatchObject({ state: 'failed', signal: 'SIGKILL' });
  const stepsBefore = live.state.steps.step.length;
  const validatedBefore = live.state.validations.size;

  await resumeRun(live.dir, rig);
  await until(live, (l) => l.state.hello?.attempt === 2);
  expect(live.state.validations.size).toBeGreaterThanOrEqual(validatedBefore);
  await until(live, isOver);
  expect(live.state.status).toMatchObject({ state: 'completed', exitCode: 0 });
  expect([...live.state.validations.keys()]).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  expect([...live.state.steps.step.view()]).toEqual(Array.from({ length: 120 }, (_, i) => i));
  expect(stepsBefore).toBeGreaterThan(20);
  expectWholeFiles(live.dir);
  live.dispose();
});

test('validator killed: it is started again and every checkpoint is validated', async () => {
  const told = { epochs: 10, validator: { ms: 80 } };
  const live = await startAndWait(told, (l) => l.state.status?.queue.validating !== undefined);
  kill(live.state.status?.validator?.pid);
  await until(live, isOver);
  expect(live.state.status).toMatchObject({ state: 'completed', exitCode: 0 });
  expect([...live.state.validations.keys()]).toEqual(Array.from({ length: 10 }, (_, i) => i + 1));
  expectWholeFiles(live.dir);
  live.dispose();
});

test('keeper killed: training goes on; a new keeper adopts it and validates what was missed', async () => {
  const live = await startAndWait({ epochs: 40 }, (l) => l.state.validations.size >= 2);
  kill(live.state.status?.keeper.pid);
  await until(live, (l) => !isAlive(l.state.status?.keeper));
  const steps = live.state.steps.step.length;
  await until(live, (l) => l.state.steps.step.length > steps + 10);
  expect(live.presence).toMatchObject({ state: 'running', keeperAlive: false, trainerAlive: true });
  await expect(resumeRun(live.dir, rig)).rejects.toThrow(/still training/);

  expect(await ensureKeeper(live.dir, rig)).toBe('started');
  await until(live, isOver);
  expect(live.state.status?.state).toBe('completed');
  expect(live.state.status?.exitCode).toBeUndefined();
  expect(live.state.validations.size).toBe(40);
  expect(live.state.hello?.attempt).toBe(1);
  expectWholeFiles(live.dir);
  live.dispose();
});

test('keeper and trainer killed: the run is lost, and looking at it starts nothing', async () => {
  const live = await startAndWait({ epochs: 1000 }, (l) => l.state.steps.step.length > 5);
  kill(live.state.status?.keeper.pid);
  kill(live.state.status?.trainer?.pid);
  await until(live, (l) => l.presence.state === 'lost');
  expect(live.presence).toMatchObject({ state: 'lost', keeperAlive: false, trainerAlive: false });
  live.dispose();
});

test('an adopted trainer that dies without a word ends as failed, exit code unknown', async () => {
  const live = await startAndWait({ epochs: 1000 }, (l) => l.state.steps.step.length > 5);
  const trainer = live.state.status?.trainer?.pid;
  kill(live.state.status?.keeper.pid);
  await until(live, (l) => !l.presence.keeperAlive);
  await ensureKeeper(live.dir, rig);
  await until(live, (l) => l.presence.keeperAlive);
  kill(trainer);
  await until(live, isOver);
  expect(live.state.status?.state).toBe('failed');
  expect(live.state.status?.reason).toContain('exit code unknown');
  live.dispose();
});

test('a host that is killed leaves the run as it is', async () => {
  const host = path.join(rig.folder, 'host.cjs');
  const { dir } = await startFakeRun(rig, { epochs: 20 });
  writeFileSync(
    host,
    `require('node:fs').watch(${JSON.stringify(dir)}, () => {}); console.log('looking'); setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, [host], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const live = await openRun(dir);
  await until(live, isOver);
  expect(live.state.status?.state).toBe('completed');
  expect(live.state.validations.size).toBe(20);
  live.dispose();
});

test('a keeper that is asked to leave ends in good order and its successor takes the run', async () => {
  const live = await startAndWait({ epochs: 30 }, (l) => l.state.validations.size >= 1);
  const first = live.state.status?.keeper.pid;
  process.kill(first ?? 0, 'SIGTERM');
  await until(live, (l) => !isAlive(l.state.status?.keeper));
  expect(await ensureKeeper(live.dir, rig)).toBe('started');
  await until(live, isOver);
  expect(live.state.status?.state).toBe('completed');
  expect(live.state.status?.keeper.pid).not.toBe(first);
  live.dispose();
});

test('after a restart of the machine nothing is taken over by itself, and on a person’s word the run goes on', async () => {
  const live = await startAndWait({ epochs: 40 }, (l) => l.state.checkpoints.size >= 2);
  kill(live.state.status?.keeper.pid);
  kill(live.state.status?.trainer?.pid);
  await until(live, (l) => l.presence.state === 'lost');
  for (const name of readdirSync(live.dir).filter((n) => /^keeper\.\d+\.lock$|^status\.json$/.test(n))) {
    const file = path.join(live.dir, name);
    writeFileSync(file, aged(readFileSync(file, 'utf8')));
  }
  await until(live, (l) => l.presence.where === 'elsewhere');
  expect(live.presence.note).toMatch(/last seen/);
  expect(await ensureKeeper(live.dir, rig)).toBe('elsewhere');
  await expect(resumeRun(live.dir, rig)).rejects.toThrow(KeptOnOtherMachine);

  await resumeRun(live.dir, { ...rig, takeOver: true });
  await until(live, isOver);
  expect(live.state.status?.state).toBe('completed');
  expect(live.state.hello?.attempt).toBe(2);
  live.dispose();
});

test('a process that a run folder names is never signalled unless it carries the run itself', async () => {
  const live = await startAndWait({ epochs: 1000 }, (l) => l.state.steps.step.length > 5);
  kill(live.state.status?.keeper.pid);
  kill(live.state.status?.trainer?.pid);
  await until(live, (l) => l.presence.state === 'lost');
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(bystander, 'spawn');
  const identity = identityOf(bystander.pid ?? 0);
  const file = path.join(live.dir, 'status.json');
  const status = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...status, state: 'stopping', trainer: identity }));
  const [lock] = readdirSync(live.dir).filter((name) => /^keeper\.\d+\.lock$/.test(name));
  const whose = readFileSync(path.join(live.dir, lock), 'utf8');
  writeFileSync(path.join(live.dir, lock), JSON.stringify(identity));
  await expect(resumeRun(live.dir, rig)).rejects.toThrow(/is not its keeper/);

  // The keeper is made to believe that the bystander is its trainer, which is to be stopped.
  writeFileSync(path.join(live.dir, lock), whose);
  expect(await ensureKeeper(live.dir, rig)).toBe('started');
  await until(live, (l) => l.state.status?.state === 'lost');
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  bystander.kill('SIGKILL');
  live.dispose();
});

/** The same record as of another boot, long ago. */
const aged = (text: string): string =>
  text.replace(/"boot":"[^"]*"/g, '"boot":"before"').replace(/"heartbeat":\d+/, '"heartbeat":1000');
