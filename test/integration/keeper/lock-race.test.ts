import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { ensureKeeper } from '../../../src/engine/control/ensure-keeper';
import { takeLock } from '../../../src/engine/control/lock';
import { identityOf, ownIdentity } from '../../../src/engine/process/identity';
import { processesOfRun } from '../../../src/engine/process/run-processes';
import { openRun } from '../../../src/engine/runs/live-run';
import { createRig, isOver, removeRig, startFakeRun, until } from '../../helpers/fake-run';

const ROUNDS = 60;
const RACERS = 4;

const rig = createRig();
afterAll(() => removeRig(rig));

type Racer = { readonly child: ChildProcess; readonly next: () => Promise<string> };

async function startRacer(program: string): Promise<Racer> {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value;
  expect(await next()).toBe('ready');
  return { child, next };
}

async function endedIdentity() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const identity = identityOf(child.pid!);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return identity;
}

test('four processes that take a dead keeper’s run at once, 60 times: always exactly one has it', async () => {
  const program = path.join(rig.folder, 'racer.cjs');
  const entry = path.resolve(import.meta.dirname, '../../fixtures/processes/lock-racer.ts');
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile: program });
  const racers = await Promise.all(Array.from({ length: RACERS }, () => startRacer(program)));
  const dead = await endedIdentity();
  for (let round = 0; round < ROUNDS; round++) {
    const dir = path.join(rig.folder, `round-${round}`);
    mkdirSync(dir);
    if (round % 2 === 0) writeFileSync(path.join(dir, 'keeper.1.lock'), JSON.stringify(dead));
    for (const { child } of racers) child.stdin!.write(`${dir}\n`);
    const answers = await Promise.all(racers.map((racer) => racer.next()));
    expect(
      answers.filter((a) => a === 'taken'),
      `round ${round}`,
    ).toHaveLength(1);
    expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }
  for (const { child } of racers) child.kill();
});

test('four hosts that adopt one run at once leave it with one keeper', async () => {
  const { dir, id } = await startFakeRun(rig, { epochs: 1000 });
  const live = await openRun(dir);
  await until(live, (l) => l.state.steps.step.length > 5);
  process.kill(live.state.status!.keeper.pid, 'SIGKILL');
  await until(live, (l) => !l.presence.keeperAlive);
  await Promise.all(Array.from({ length: RACERS }, () => ensureKeeper(dir, rig)));
  const keepers = () => processesOfRun(id).filter((p) => p.role === 'keeper');
  await until(live, (l) => l.presence.keeperAlive && keepers().length === 1);
  expect(keepers().map((k) => k.pid)).toEqual([live.state.status!.keeper.pid]);
  expect(
    live.state.keeper.filter((e) => e.type === 'keeper' && e.message.startsWith('trainer adopted')),
  ).toHaveLength(1);
  process.kill(live.state.status!.trainer!.pid, 'SIGKILL');
  await until(live, isOver);
  live.dispose();
});

test('a lock of another machine, container or boot is never taken over, nor one that cannot be read', () => {
  const check = (name: string, content: unknown, taken: boolean): void => {
    const dir = path.join(rig.folder, `lock-${name}`);
    mkdirSync(dir);
    writeFileSync(
      path.join(dir, 'keeper.3.lock'),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
    expect(takeLock(dir) !== undefined, name).toBe(taken);
  };
  const gone = { ...ownIdentity(), pid: 2 ** 22 - 1, started: '1' };
  check('host', { ...gone, boot: '', host: 'elsewhere' }, false);
  check('renamed', { ...gone, host: 'renamed-since' }, true);
  check('boot', { ...gone, boot: 'another' }, false);
  check('pidns', { ...gone, pidns: 'pid:[1]' }, false);
  check('alive', ownIdentity(), false);
  check('torn', '{"pid": 12', false);
  check('gone', gone, true);
  check('recycled', { ...ownIdentity(), started: '1' }, true);
});

test('a released lock is free for the next keeper, and only the highest number stays', () => {
  const dir = path.join(rig.folder, 'released');
  mkdirSync(dir);
  const first = takeLock(dir);
  expect(first?.n).toBe(1);
  expect(takeLock(dir)).toBeUndefined();
  first?.release();
  const second = takeLock(dir);
  expect(second?.n).toBe(2);
  expect(readdirSync(dir)).toEqual(['keeper.2.lock']);
});
