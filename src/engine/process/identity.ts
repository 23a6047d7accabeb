import { execFileSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import type { ProcessIdentity } from '../../run/files';
import { dropHold, type Hold, isHeld, isHoldToken, removeReleased, takeHold } from '../../run/folder/hold';
import { readBootId, readPidNamespace, readStat } from './linux-proc';
import { SYSCTL } from './process-table';

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

/** What this process holds open by run folder, if the system does not show start times. */
const holds = new Map<string, Hold | undefined>();

/** This process as a process of the run in `dir`. */
export function ownIdentity(dir?: string): ProcessIdentity {
  const { pid } = process;
  if (process.platform === 'linux' || dir === undefined)
    return identityOf(pid) ?? { pid, started: '', ...thisMachine() };
  const key = path.resolve(dir);
  if (!holds.has(key)) holds.set(key, takeHold(key, 'keeper'));
  return { pid, started: holds.get(key)?.token ?? '', ...thisMachine() };
}

/** This process is no longer one of the run: nothing is left of those that have ended. */
export function leaveRun(dir: string): void {
  const key = path.resolve(dir);
  dropHold(holds.get(key));
  holds.delete(key);
  removeReleased(key);
}

/**
 * `elsewhere` if the process belongs to another machine, container or boot, about which nothing can be known here.
 * `dir` is the folder of its run. Starts no process.
 */
export function livenessOf(identity: ProcessIdentity, dir?: string): Liveness {
  if (!isSameMachine(identity, thisMachine())) return 'elsewhere';
  const started = startOf(identity.pid);
  if (started === undefined) return 'gone';
  if (process.platform === 'linux') return started === identity.started ? 'alive' : 'gone';
  // Without a file that it holds (an older version's, a file system that cannot) the number alone is known.
  if (dir === undefined || !isHoldToken(identity.started)) return 'alive';
  return isHeld(dir, identity.started) ? 'alive' : 'gone';
}

/**
 * The boot's id is unique among machines; a host name is not, and changes with the network on macOS. Windows has no
 * such id: its boot time moves with the clock (elastic/beats#12591), so that the host decides there.
 */
export function isSameMachine(one: Machine, other: Machine, platform = process.platform): boolean {
  if (one.pidns !== other.pidns) return false;
  const bothKnown = isBootId(one.boot) && isBootId(other.boot);
  if (bothKnown && one.boot !== other.boot) return false;
  // Containers of one machine that hide their pid namespace are told apart by their host names.
  const isEnough = bothKnown && (one.pidns !== '' || platform === 'darwin');
  return isEnough || one.host.toLowerCase() === other.host.toLowerCase();
}

/** Earlier versions wrote the boot time there on Windows: digits. */
const isBootId = (boot: string): boolean => boot !== '' && !/^\d+$/.test(boot);

export function isAlive(identity: ProcessIdentity | undefined, dir?: string): boolean {
  return identity !== undefined && livenessOf(identity, dir) === 'alive';
}

/** When a process began, as its system counts, '' if it does not show that; undefined if the process is gone. */
export function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return exists(pid) ? '' : undefined;
  const stat = readStat(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat.started;
}

export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function bootId(): string {
  if (process.platform === 'linux') return readBootId();
  return process.platform === 'darwin' ? macBootId() : '';
}

const SYSCTL_MS = 2000;

/** Once for a process, some milliseconds; without an answer the host's name is used. */
function macBootId(): string {
  try {
    return execFileSync(SYSCTL, ['-n', 'kern.bootsessionuuid'], {
      ...{ encoding: 'utf8', timeout: SYSCTL_MS },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
