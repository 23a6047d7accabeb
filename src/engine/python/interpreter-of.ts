import path from 'node:path';
import type { RunFile } from '../../run/files';
import { findProgram } from '../../run/folder/find-program';
import { namesOnPath } from './find';

/** The interpreter of a run of this user's own: the one that its host chose, by its full path. Throws one line. */
export function interpreterOf({ python }: Pick<RunFile, 'python'>): string {
  const names = namesOnPath(process.platform);
  const interpreter = python ?? names.map((name) => findProgram(name)).find((file) => file !== undefined);
  if (interpreter === undefined) throw new Error(`no ${names.join(' or ')} is on PATH`);
  if (path.isAbsolute(interpreter)) return interpreter;
  throw new Error(`the run's interpreter ${interpreter} is not a full path: it is not started`);
}
