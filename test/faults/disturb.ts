import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { pace, until } from '../helpers/until';
import type { Fault, Plan, Role } from './plan';
import { cli } from './world';

/** Waits for the moment, then does it. What the system does to a run is in its environment from the start. */
export async function disturb(dir: string, id: string, plan: Plan): Promise<void> {
  if (plan.fault.kind === 'system') return;
  await until(() => lines(dir) >= plan.afterLines || processesOfRun(id).length === 0);
  await pace(plan.delayMs);
  await act(dir, id, plan.fault);
}

function lines(dir: string): number {
  const file = path.join(dir, 'events.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}

async function act(dir: string, id: string, fault: Exclude<Fault, { kind: 'system' }>): Promise<void> {
  switch (fault.kind) {
    case 'kill':
      return signal(id, fault.roles, 'SIGKILL');
    case 'freeze':
      signal(id, [fault.role], 'SIGSTOP');
      await pace(fault.ms);
      return signal(id, [fault.role], 'SIGCONT');
    case 'deleted':
      return deleteFolder(dir);
    case 'torn':
      return tear(dir, id, fault.file);
    case 'hosts':
      return askTwice(dir, fault.ask);
  }
}

function signal(id: string, roles: readonly Role[], name: NodeJS.Signals): void {
  for (const { pid, role } of processesOfRun(id)) if (roles.some((one) => one === role)) sendTo(pid, name);
}

function sendTo(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** As `rm -rf` does it: a file that is written into a folder meanwhile keeps it, and a second call removes that. */
async function deleteFolder(dir: string): Promise<void> {
  await until(() => {
    spawnSync('rm', ['-rf', dir]);
    return !existsSync(dir);
  });
}

/** The writer dies in the middle of a line. */
function tear(dir: string, id: string, file: string): void {
  signal(id, file === 'events.jsonl' ? ['trainer'] : ['keeper'], 'SIGKILL');
  if (existsSync(path.join(dir, file))) appendFileSync(path.join(dir, file), '{"type":"step","t":17');
}

async function askTwice(dir: string, ask: 'stop' | 'pause' | 'validate' | 'resume'): Promise<void> {
  const command = {
    stop: ['stop', dir],
    pause: ['pause', dir],
    validate: ['validate', '--run', `${dir}@1`],
    resume: ['train', '--resume', dir, '--detach'],
  }[ask];
  await Promise.all([cli(...command), cli(...command)]);
}
