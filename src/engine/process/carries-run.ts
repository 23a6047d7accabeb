import { execFileSync } from 'node:child_process';
import { readVariable } from './linux-proc';
import { FOLDER_VARIABLE, RUN_VARIABLE } from './run-environment';
import { PS, powershellProgram } from './system-programs';

/**
 * The identity that a run's processes carry: its id, and the very folder, so that a copy's processes are not the
 * original's.
 */
export type RunMark = { readonly id: string; readonly folder: string; readonly dir: string };

/**
 * Whether a process itself declares that it belongs to this run. A run folder may be from another user: a pid in it may
 * be any process, and is neither waited for nor signalled unless the process carries the run's id.
 */
export function carriesRun(pid: number, run: RunMark): boolean {
  if (process.platform === 'linux') return isOf(run, (name) => readVariable(pid, name));
  if (process.platform === 'win32') return namesFolder(commandLineOf(pid), run);
  return isInEnvironment(environmentOf(pid), run);
}

/** A process of a version that did not name the folder is known by its id alone. */
export function isOf({ id, folder }: RunMark, read: (name: string) => string | undefined): boolean {
  return read(RUN_VARIABLE) === id && [undefined, folder].includes(read(FOLDER_VARIABLE));
}

/** `text`: a command line with the environment behind it, as `ps` of BSD and macOS prints them for one's own processes. */
export function isInEnvironment(text: string, run: RunMark): boolean {
  const words = new Set(text.split(/\s+/));
  const hasFolder = text.includes(` ${FOLDER_VARIABLE}=`);
  const folder = `${FOLDER_VARIABLE}=${run.folder}`;
  return words.has(`${RUN_VARIABLE}=${run.id}`) && (!hasFolder || text.includes(` ${folder}`));
}

/** Windows does not show environments: keeper, trainer and reader are started with the run's folder as an argument. */
export function namesFolder(commandLine: string, { dir }: RunMark): boolean {
  return dir !== '' && commandLine.toLowerCase().includes(dir.toLowerCase());
}

function environmentOf(pid: number): string {
  return ask(PS, ['-Eww', '-o', 'command=', '-p', String(pid)]);
}

function commandLineOf(pid: number): string {
  const query = `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`;
  return ask(powershellProgram(), ['-NoProfile', '-Command', query]);
}

function ask(program: string, args: readonly string[]): string {
  try {
    const answer = execFileSync(program, [...args], {
      encoding: 'utf8',
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return answer.trim();
  } catch {
    return '';
  }
}
