// cspell:ignore creat
import path from 'node:path';

const OPENS = /^(?:open|openat|creat)\(/;
const CHANGES =
  /^(?:rename|renameat2?|unlink|unlinkat|rmdir|mkdir|mkdirat|symlink|symlinkat|link|linkat|chmod|fchmodat|truncate|mknod|mknodat|utimensat)\(/;
const WRITES = /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND/;
/** The calls that `strace -e trace=` is to record. */
export const TRACED =
  'open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,symlink,symlinkat,link,linkat,chmod,fchmodat,truncate,mknod,mknodat,utimensat,execve,execveat,kill,tkill,tgkill,connect,sendto';

/** Needed besides to know which processes and threads a program has started. */
export const FORKS = 'clone,clone3,fork,vfork';

const EXECUTED = /^(\d+) +execve\(/;
const FORKED = /^(\d+) +(?:<\.\.\. )?(?:clone3?|v?fork)\b.* = (\d+)$/;

/** The lines of a trace that are of a program, known by a word of its command line, and of all that it started. */
export function traceBelow(trace: string, word: string): string {
  const pids = new Set<string>();
  const isBelow = (line: string): boolean => {
    const [, started] = EXECUTED.exec(line) ?? [];
    if (started !== undefined && line.includes(word)) pids.add(started);
    const [, parent = '', child] = FORKED.exec(line) ?? [];
    if (child !== undefined && pids.has(parent)) pids.add(child);
    return pids.has(line.slice(0, line.indexOf(' ')));
  };
  return trace.split('\n').filter(isBelow).join('\n');
}

export type Allowed = {
  /** Folders that may be written to. A folder that was opened before is reached through its handle in /proc. */
  readonly folders: readonly string[];
  readonly program: string;
  /** Folder of the scripts that the program may be started with. */
  readonly scripts: readonly string[];
  /** Folders of other programs that may be started. */
  readonly programs?: readonly string[];
};

/** Calls that viewing must not make: files written outside, programs started, signals sent, connections made. */
export function forbiddenCalls(trace: string, allowed: Allowed): string[] {
  const lines = trace.split('\n').flatMap((line) => {
    const match = /^(\d+) +(\w+\(.*)$/.exec(line);
    return match ? [{ pid: match[1], call: match[2] }] : [];
  });
  const pids = new Set(lines.map(({ pid }) => pid));
  return lines.map(({ call }) => call).filter((call) => isForbidden(call, pids, allowed));
}

function isForbidden(call: string, pids: ReadonlySet<string>, allowed: Allowed): boolean {
  if (OPENS.test(call)) return WRITES.test(call) && !isIn(pathOf(call), allowed.folders);
  if (CHANGES.test(call)) return !isIn(pathOf(call), allowed.folders);
  if (call.startsWith('exec')) return !isOurProgram(call, allowed);
  if (/^t?g?kill\(/.test(call)) return isSignal(call, pids);
  return /^(connect|sendto)\(.*AF_INET/.test(call);
}

const pathOf = (call: string): string => /"((?:[^"\\]|\\.)*)"/.exec(call)?.[1] ?? '';

function isIn(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => file === folder || file.startsWith(`${folder}/`));
}

function isOurProgram(call: string, { program, scripts, programs = [] }: Allowed): boolean {
  const [file, argv] = [pathOf(call), /\[(.*?)\]/.exec(call)?.[1] ?? ''];
  if (isIn(file, programs)) return true;
  const script = argv.split(', ').map((arg) => arg.slice(1, -1))[1] ?? '';
  return file === program && scripts.includes(path.dirname(script));
}

/** Signal 0 only checks; a process may end what it started itself. */
function isSignal(call: string, pids: ReadonlySet<string>): boolean {
  const numbers = call.match(/\d+/g) ?? [];
  return !/, 0(?:\)| <unfinished)/.test(call) && !numbers.some((pid) => pids.has(pid));
}
