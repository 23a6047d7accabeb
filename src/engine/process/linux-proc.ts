import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export type ProcStat = {
  readonly pid: number;
  readonly parent: number;
  /** One letter; Z and X are processes that have ended and only wait to be collected. */
  readonly state: string;
  /** Clock ticks since boot. */
  readonly started: string;
};

/** Gone, or another user's. */
const NOT_OURS: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/**
 * A process that ends while it is read, or is another user's, is not an error: undefined. Anything else (too many open
 * files) is: a living process that cannot be read must not be taken for a dead one.
 */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (NOT_OURS.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** /proc/PID/stat; the command name in parentheses may hold spaces and parentheses, so the fields start after the last one. */
export function readStat(pid: number): ProcStat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, state: fields[0], parent: Number(fields[1]), started: fields[19] };
}

export function readBootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** '' if a container hides it: such processes identify each other by the rest. */
export function readPidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch (error) {
    if (NOT_OURS.has((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

export function listPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** The value of one variable of a process's environment, as it was when the program started. */
export function readVariable(pid: number, name: string): string | undefined {
  const text = read(`/proc/${pid}/environ`);
  const entry = text?.split('\0').find((line) => line.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}
