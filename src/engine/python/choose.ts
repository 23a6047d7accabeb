import { tmpdir } from 'node:os';
import path from 'node:path';
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
