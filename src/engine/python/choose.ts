import { closeSync, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Environment } from '../../base/environment';
import { listed, quoted, type Words, words } from '../../base/words';
import { findProgram } from '../../run/folder/find-program';
import { type PythonPlace, type PythonReport, probePythons, pythonPlaces } from './find';

export type PythonChoice =
  | {
      readonly kind: 'found';
      readonly executable: string;
      readonly packages: Readonly<Record<string, string | null>>;
    }
  | { readonly kind: 'missing'; readonly said: Words };

export type PythonWish = {
  /** Folder in which something is to be started; undefined for mere viewing, when nothing in it is executed. */
  readonly cwd?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The interpreter that a setting names; no other is tried then. */
  readonly wanted?: string;
};

/** The interpreter for the Ultralytics trainer: the one a setting names, else the first that has ultralytics. */
export async function choosePython({ cwd, env, wanted }: PythonWish): Promise<PythonChoice> {
  const places = wanted === undefined ? placesOf(cwd, env) : named(wanted, env);
  const reports = await probePythons(places);
  const found = reports.find((report) => report.packages?.ultralytics && report.packages.torch);
  if (found?.packages) return { kind: 'found', executable: found.executable, packages: found.packages };
  return { kind: 'missing', said: missingWords(reports, wanted) };
}

function placesOf(cwd: string | undefined, env: PythonWish['env']): readonly PythonPlace[] {
  return pythonPlaces(cwd ?? tmpdir(), env).filter(({ isInFolder }) => cwd !== undefined || !isInFolder);
}

/** A full path, or a name on PATH: a relative path would mean another file in each folder. */
export function named(wanted: string, env: PythonWish['env'], found = 'the setting'): readonly PythonPlace[] {
  const isName = !/[\\/]/.test(wanted);
  const executable = isName ? findProgram(wanted, env) : wanted;
  if (executable === undefined || !path.isAbsolute(executable)) return [];
  return [{ executable, found }];
}

/** One line: what was searched and what to do. */
export function missingWords(reports: readonly PythonReport[], wanted: string | undefined): Words {
  if (reports.length === 0)
    return wanted === undefined
      ? words('no Python was found; {0}', HELP)
      : words('{0} is not a Python interpreter; {1}', wanted, HELP);
  const searched = reports.map(({ executable, problem }) =>
    problem ? words('{0} ({1})', executable, problem) : quoted(executable),
  );
  return words('no Python with torch and ultralytics: searched {0}; {1}', listed(searched, ', '), HELP);
}

const HELP = words('make one with: pitwall setup-python, or Pitwall: Set Up Python Environment in VS Code');

const PYTHON = /^python[\d.]*(\.exe)?$/i;
const FIRST_LINE_BYTES = 256;

/**
 * The interpreter that a command runs on: its program if that is Python, else the one that the program's first line names
 * (torchrun, yolo). It has what the script's checkpoints need. Undefined for anything else; nothing is started to find out.
 */
export function pythonOfCommand(
  [program = '']: readonly string[],
  cwd: string,
  env: Environment,
): string | undefined {
  const file = /[\\/]/.test(program) ? path.resolve(cwd, program) : findProgram(program, env);
  if (file === undefined) return undefined;
  if (PYTHON.test(path.basename(file))) return file;
  const named = /^#!\s*(\S+)/.exec(firstLine(file))?.[1] ?? '';
  return path.isAbsolute(named) && PYTHON.test(path.basename(named)) ? named : undefined;
}

function firstLine(file: string): string {
  const bytes = Buffer.alloc(FIRST_LINE_BYTES);
  try {
    const handle = openSync(file, 'r');
    try {
      return bytes.toString('latin1', 0, readSync(handle, bytes, 0, FIRST_LINE_BYTES, 0)).split('\n')[0];
    } finally {
      closeSync(handle);
    }
  } catch {
    return ''; // a program that is not there is the trainer's to tell
  }
}

/** What Ultralytics itself would install; the package of this name on PyPI is another one. */
const CLIP = 'git+https://github.com/ultralytics/CLIP.git';

/**
 * YOLO-World and YOLOE (Ultralytics knows them by these parts of their names) turn the names of classes into vectors with a package
 * that it would fetch by itself while it trains or, of YOLOE, at the first validation. One line that says how to get it; undefined
 * if nothing is lacking.
 */
export function lackingTextModel(
  model: string,
  { executable, packages }: Extract<PythonChoice, { kind: 'found' }>,
): Words | undefined {
  const stem = path.basename(model).replace(/\.(pt|ya?ml)$/i, '');
  if (packages.clip || !(stem.includes('-world') || stem.includes('yoloe'))) return undefined;
  return words(
    '{0} turns names of classes into vectors with the package clip, which {1} lacks; get it with: {1} -m pip install {2}',
    model,
    executable,
    CLIP,
  );
}
