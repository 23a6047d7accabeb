import { type PythonReport, probePythons, pythonPlaces } from './find';

export type PythonChoice =
  | {
      readonly kind: 'found';
      readonly executable: string;
      readonly packages: Readonly<Record<string, string | null>>;
    }
  | { readonly kind: 'missing'; readonly message: string };

export type PythonWish = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The interpreter that a setting names; nothing else is tried then. */
  readonly wanted?: string;
};

/** The interpreter for the Ultralytics trainer: the one a setting names, else the first that has ultralytics. */
export async function choosePython({ cwd, env, wanted }: PythonWish): Promise<PythonChoice> {
  const places =
    wanted === undefined ? pythonPlaces(cwd, env) : [{ executable: wanted, found: 'the setting' }];
  const reports = await probePythons(places, cwd);
  const found = reports.find((report) => report.packages?.ultralytics && report.packages.torch);
  if (found?.packages) return { kind: 'found', executable: found.executable, packages: found.packages };
  return { kind: 'missing', message: missingMessage(reports, wanted) };
}

/** One line: what was looked at and what to do. */
export function missingMessage(reports: readonly PythonReport[], wanted: string | undefined): string {
  const help = 'make one with: pitwall setup-python, or Pitwall: Set Up Python Environment in VS Code';
  if (reports.length === 0)
    return wanted === undefined ? `no Python was found; ${help}` : `${wanted} is no Python; ${help}`;
  const looked = reports
    .map(({ executable, problem }) => (problem ? `${executable} (${problem})` : executable))
    .join(', ');
  return `no Python with torch and ultralytics: looked at ${looked}; ${help}`;
}
