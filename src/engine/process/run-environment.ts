// Every process of a run carries these, so that a stop can find all of them, grandchildren included.
export const RUN_VARIABLE = 'PITWALL_RUN';
/** Set once, for the keeper; whatever it starts inherits it. Distinguishes a run's folder from a copy of it. */
export const FOLDER_VARIABLE = 'PITWALL_FOLDER';
export const ROLE_VARIABLE = 'PITWALL_ROLE';

/** program: what an adapter started for `trainer: command`; the adapter itself is the trainer. */
export type ProcessRole = 'keeper' | 'trainer' | 'validator' | 'exporter' | 'own-val' | 'program';

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
