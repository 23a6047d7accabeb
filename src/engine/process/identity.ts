import { execFileSync } from 'node:child_process';
import os from 'node:os';
import type { ProcessIdentity } from '../../run/files';
import { readBootId, readPidNamespace, readStat } from './linux-proc';
import { PS, powershellProgram, SYSCTL } from './system-programs';

export type Liveness = 'alive' | 'gone' | 'elsewhere';

type Machine = Pick<ProcessIdentity, 'boot' | 'host' | 'pidns'>;

let machine: Machine | undefined;

/** This machine as process identities name it; determined once. */
export function thisMachine(): Machine {
  machine ??= { boot: bootId(), host: os.hostname(), pidns: readPidNamespace() };
  return machine;
}

/** The process with this `pid` now, or undefined if there is none. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started, ...thisMachine() };
}

export function ownIdentity(): ProcessIdentity {
  return identityOf(process.pid) ?? { pid: process.pid, started: '', ...thisMachine() };
}

/** `elsewhere` if the process belongs to another machine, container or boot, about which nothing can be known here. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  const here = thisMachine();
  const same = identity.host === here.host && identity.boot === here.boot && identity.pidns === here.pidns;
  if (!same) return 'elsewhere';
  const started = startOf(identity.pid);
  return started !== undefined && started === identity.started ? 'alive' : 'gone';
}

export function isAlive(identity: ProcessIdentity | undefined): boolean {
  return identity !== undefined && livenessOf(identity) === 'alive';
}

/** When a process began, as its system counts; undefined if it is gone. */
export function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return exists(pid) ? startElsewhere(pid) : undefined;
  const stat = readStat(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat.started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startElsewhere(pid: number): string {
  if (process.platform === 'win32')
    return ask(powershellProgram(), [
      '-NoProfile',
      '-Command',
      `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`,
    ]);
  return ask(PS, ['-o', 'lstart=', '-p', String(pid)]);
}

function bootId(): string {
  if (process.platform === 'linux') return readBootId();
  if (process.platform === 'darwin') return ask(SYSCTL, ['-n', 'kern.bootsessionuuid']);
  return ask(powershellProgram(), [
    '-NoProfile',
    '-Command',
    '(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToFileTimeUtc()',
  ]);
}

/** The output of a system program, '' if it has none; the locale is fixed so that dates compare as text. */
function ask(program: string, args: readonly string[]): string {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    return execFileSync(program, [...args], {
      encoding: 'utf8',
      env,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
