import { existsSync } from 'node:fs';
import { BadInputError } from '../../base/bad-input';
import { whyNotOurs } from './ownership';
import { runPaths } from './paths';
import { requireOwnRun } from './signature';

/**
 * Asked before a keeper is started and by the keeper itself, before a request is left and before a run goes on: what
 * run.json names is executed and what lies in control/ obeyed, so both must be this user's word. Throws one line.
 */
export async function requireActable(dir: string): Promise<void> {
  await requireOwnRun(dir);
  const { control, trainerControl } = runPaths(dir);
  for (const folder of [dir, control, trainerControl].filter((f) => existsSync(f))) {
    const problem = await whyNotOurs(folder);
    if (problem !== undefined) throw new BadInputError(`${problem}: nothing is done there`);
  }
}
