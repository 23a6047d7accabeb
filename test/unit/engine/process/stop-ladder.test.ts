import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { runEnvironment } from '../../../../src/engine/process/run-environment';
import { stopTrainer } from '../../../../src/engine/process/stop-ladder';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const id = randomUUID();
const run = { id, folder: '', dir: '' };

/** A process of the run that says that it has begun, and lives until it is ended. */
async function trainer(): Promise<ChildProcess> {
  const program = 'console.log("begun"); setInterval(() => undefined, 1e6)';
  const child = spawn(process.execPath, ['-e', program], {
    env: runEnvironment(id, 'trainer'),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

function stopped(first: ChildProcess, isOver?: () => boolean) {
  const target = { run, pid: first.pid ?? 0, alive: () => isAlive(first), own: true };
  return stopTrainer(target, { askedMs: 1, interruptedMs: 1, ...(isOver && { isOver }) });
}

it.skipIf(process.platform !== 'linux')('ends all processes of the run', async () => {
  const [first, second] = [await trainer(), await trainer()];
  await stopped(first);
  expect([isAlive(first), isAlive(second)]).toEqual([false, false]);
});

it('leaves the next attempt alone, which carries the same run, once its own is over', async () => {
  const [first, next] = [await trainer(), await trainer()];
  first.kill('SIGKILL');
  await once(first, 'exit');
  expect(await stopped(first, () => true)).toBe('exited');
  expect(isAlive(next)).toBe(true);
});
