import { readVariable } from './linux-proc';
import { listProcesses, type ProcessRow } from './process-table';

// Every process of a run carries these, so that a stop can find all of them, grandchildren included.
export const RUN_VARIABLE = 'PITWALL_RUN';
/** Set once, for the keeper; whatever it starts inherits it. Distinguishes a run's folder from a copy of it. */
export const FOLDER_VARIABLE = 'PITWALL_FOLDER';
export const ROLE_VARIABLE = 'PITWALL_ROLE';

/** program: what an adapter started for `trainer: command`; the adapter itself is the trainer. */
export type ProcessRole =
  | ('keeper' | 'trainer' | 'validator' | 'exporter' | 'own-val' | 'program')
  /** nvidia-smi, which prints what the cards do. */
  | 'gpu-watch';

/** The Node of our programs: that of a setting, else the one of this process, which inside an editor has to be started as Node. */
export function nodeOf(nodePath: string | undefined) {
  const isEditor = process.versions.electron !== undefined && nodePath === undefined;
  const env: Readonly<Record<string, string>> = isEditor ? { ELECTRON_RUN_AS_NODE: '1' } : {};
  return { program: nodePath ?? process.execPath, env };
}

/** The environment of a child that belongs to run `id`; inside an editor the child runs on the editor's own Node. */
export function runEnvironment(
  id: string,
  role: ProcessRole,
  extra: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  return { ...process.env, ...nodeOf(undefined).env, ...extra, [RUN_VARIABLE]: id, [ROLE_VARIABLE]: role };
}

/**
 * The identity that a run's processes carry: its id, and the very folder, so that a copy's processes are not the
 * original's.
 */
export type RunMark = { readonly id: string; readonly folder: string; readonly dir: string };

/**
 * Whether a process itself declares that it belongs to this run. A run folder may be from another user: a pid in it may
 * be any process, and is not signalled unless the process carries the run's id. Throws if the system cannot be asked.
 */
export async function carriesRun(pid: number, run: RunMark): Promise<boolean> {
  if (process.platform === 'linux') return isOf(run, (name) => readVariable(pid, name));
  return (await listProcesses()).some((row) => row.pid === pid && showsRun(row, run));
}

/** macOS shows environments, Windows only command lines. */
export function showsRun({ command }: ProcessRow, run: RunMark, platform = process.platform): boolean {
  return platform === 'win32' ? namesFolder(command, run) : isInEnvironment(command, run);
}

/** A process of a version that did not name the folder is known by its id alone. */
export function isOf({ id, folder }: RunMark, read: (name: string) => string | undefined): boolean {
  return read(RUN_VARIABLE) === id && [undefined, folder].includes(read(FOLDER_VARIABLE));
}

/** `text`: a command line with the environment behind it, as `ps` of BSD and macOS prints them for one's own processes. */
export function isInEnvironment(text: string, run: RunMark): boolean {
  const words = new Set(text.split(/\s+/));
  const hasFolder = text.includes(` ${FOLDER_VARIABLE}=`);
  return (
    words.has(`${RUN_VARIABLE}=${run.id}`) && (!hasFolder || hasValue(text, FOLDER_VARIABLE, run.folder))
  );
}

/** The value may hold spaces, and ends where the next variable begins: `file:42` is not `file:421`. */
function hasValue(text: string, name: string, value: string): boolean {
  const variable = ` ${name}=${value}`;
  const at = text.indexOf(variable);
  return at !== -1 && /^(\s*$| \w+=)/.test(text.slice(at + variable.length));
}

/** Windows does not show environments: keeper, trainer and reader are started with the run's folder as an argument. */
export function namesFolder(commandLine: string, { dir }: RunMark): boolean {
  return dir !== '' && commandLine.toLowerCase().includes(dir.toLowerCase());
}
