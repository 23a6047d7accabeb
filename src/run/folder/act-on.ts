import { existsSync } from 'node:fs';
import { BadInputError } from '../../base/bad-input';
import type { RunFile } from '../files';
import { whyNotOurs } from './ownership';
import { runPaths } from './paths';
import { readRunBytes } from './read';
import { isMarkedWith, NotOwnRun } from './signature';
import { knownUserKeys } from './user-key';

/**
 * Checked before a keeper is started and by the keeper itself, before a request is written and before a run is resumed:
 * what run.json names is executed and requests in control/ are acted on, so both must be from this user. Throws one
 * line. Returns the run.json that was checked: another one may be there at the next look.
 */
export async function requireActable(dir: string): Promise<RunFile> {
  const { run, bytes } = await readRunBytes(dir);
  if (!(await isMarkedWith(knownUserKeys(), dir, bytes))) throw new NotOwnRun(dir);
  const { control, trainerControl } = runPaths(dir);
  for (const folder of [dir, control, trainerControl].filter((f) => existsSync(f))) {
    const problem = await whyNotOurs(folder);
    if (problem !== undefined) throw new BadInputError(`${problem}: nothing is done there`);
  }
  return run;
}
