import path from 'node:path';
import type { RunFile } from '../../run/files';
import { findProgram } from '../../run/folder/find-program';

/** The interpreter of a run of this user's own: the one that its host chose, by its full path. Throws one line. */
export function interpreterOf({ python }: Pick<RunFile, 'python'>): string {
  const interpreter = python ?? findProgram('python3');
  if (interpreter === undefined) throw new Error('no python3 is on PATH');
  if (path.isAbsolute(interpreter)) return interpreter;
  throw new Error(`the run's interpreter ${interpreter} is not a full path: it is not started`);
}
