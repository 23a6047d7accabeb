import { existsSync } from 'node:fs';
import { BadInputError } from '../../base/bad-input';
import { whyNotOurs } from './ownership';
import { runPaths } from './paths';
import { requireOwnRun } from './signature';

/**
 * Checked before a keeper is started and by the keeper itself, before a request is written and before a run is resumed:
 * what run.json names is executed and requests in control/ are acted on, so both must be from this user. Throws one
 * line.
 */
export async function requireActable(dir: string): Promise<void> {
  await requireOwnRun(dir);
  const { control, trainerControl } = runPaths(dir);
  for (const folder of [dir, control, trainerControl].filter((f) => existsSync(f))) {
    const problem = await whyNotOurs(folder);
    if (problem !== undefined) throw new BadInputError(`${problem}: nothing is done there`);
  }
}
