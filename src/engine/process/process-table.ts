import path from 'node:path';
import type { Environment } from '../../base/environment';
import { askProgram } from '../../run/folder/ask-program';

/** A process as a system other than Linux lists it; only asked before something is signalled. */
export type ProcessRow = {
  readonly pid: number;
  readonly parent: number;
  /** As the system counts; compared as text. */
  readonly started: string;
  /** The command line; on macOS with the environment behind it, of this user's processes. */
  readonly command: string;
};

const ASK_MS = 10_000;
const MOST_BYTES = 64 * 2 ** 20;

/** Every process now. Throws if the system does not answer in time. Linux has /proc instead. */
export async function listProcesses(platform = process.platform): Promise<readonly ProcessRow[]> {
  if (platform === 'win32') return parseCim(await ask(powershellProgram(), CIM_QUERY));
  return parsePs(await ask(PS, ['-Eww', '-axo', 'pid=,ppid=,lstart=,command=']));
}

/** PowerShell writes the console's code page unless it is asked for another: paths are not all ASCII. */
const CIM_QUERY = [
  ...['-NoProfile', '-NonInteractive', '-Command'],
  [
    '[Console]::OutputEncoding = [Text.Encoding]::UTF8',
    'Get-CimInstance Win32_Process | ForEach-Object { ' +
      "'{0} {1} {2} {3}' -f $_.ProcessId, $_.ParentProcessId, " +
      "$(if ($_.CreationDate) { $_.CreationDate.ToFileTimeUtc() } else { 0 }), ($_.CommandLine -replace '[\\r\\n]+', ' ') }",
  ].join('; '),
];

export function parseCim(text: string): readonly ProcessRow[] {
  return parse(text, /^(\d+) (\d+) (\d+) ?(.*)$/);
}

/** `lstart` has a fixed form in the C locale: Sun Nov 29 17:44:47 2026. */
export function parsePs(text: string): readonly ProcessRow[] {
  return parse(text, /^\s*(\d+)\s+(\d+)\s+(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4})\s+(.*)$/);
}

function parse(text: string, form: RegExp): readonly ProcessRow[] {
  return text
    .split(/\r?\n/)
    .map((line) => form.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, started, command]) => ({
      ...{ pid: Number(pid), parent: Number(parent) },
      ...{ started, command },
    }));
}

/**
 * A process and all that descend from it, parents first; of a root that has ended, its children and theirs. On Windows a
 * process keeps the number of a parent that has ended, which another process may have by now: no child is older.
 */
export function familyOf(rows: readonly ProcessRow[], root: number): readonly ProcessRow[] {
  const family = new Map(rows.filter(({ pid }) => pid === root).map((row) => [row.pid, row]));
  const isChild = (row: ProcessRow): boolean => {
    const parent = family.get(row.parent);
    return parent ? !isOlder(row, parent) : row.parent === root;
  };
  for (let size = -1; size < family.size; ) {
    size = family.size;
    for (const row of rows) if (!family.has(row.pid) && isChild(row)) family.set(row.pid, row);
  }
  return [...family.values()];
}

/** File times are numbers; the times of `ps` are to the second, and its parents are always right. */
function isOlder(one: ProcessRow, other: ProcessRow): boolean {
  const [a, b] = [one.started, other.started];
  return /^\d+$/.test(a) && /^\d+$/.test(b) && BigInt(a) < BigInt(b);
}

/** The locale is fixed so that dates compare as text. */
async function ask(program: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C' };
  const answer = await askProgram(program, args, { timeoutMs: ASK_MS, maxBuffer: MOST_BYTES, env });
  if (answer.kind === 'answered') return answer.stdout;
  throw answer.kind === 'failed' ? answer.error : new Error(`${program} gives no answer`);
}

// By their full paths: a bare name is searched in the working folder first on Windows, and in whatever PATH says
// elsewhere; a folder that is merely viewed may hold a program of that name.

/** A program of Windows itself. */
function ofWindows(name: string, env: Environment): string {
  return path.win32.join(env.SystemRoot ?? 'C:\\Windows', 'System32', name);
}

export const taskkillProgram = (env: Environment = process.env): string => ofWindows('taskkill.exe', env);

export const powershellProgram = (env: Environment = process.env): string =>
  ofWindows('WindowsPowerShell\\v1.0\\powershell.exe', env);

const PS = '/bin/ps';
export const SYSCTL = '/usr/sbin/sysctl';
