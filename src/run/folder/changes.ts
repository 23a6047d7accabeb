import { createHash } from 'node:crypto';
import { BadInputError } from '../../base/bad-input';
import { words } from '../../base/words';
import { MOST_CHANGES } from './git-facts';
import { runPaths } from './paths';
import { readRun } from './read';
import { readText } from './read-file';

/** What was changed since the commit that the run names, as a patch. Throws one clear line if there is none to show. */
export async function readChanges(dir: string): Promise<string> {
  const { git } = await readRun(dir);
  const { changes: file } = runPaths(dir);
  if (!git) throw new BadInputError(words('{0}: was not started in a git repository', dir));
  const commit = git.commit.slice(0, 10);
  if (!git.dirty) throw new BadInputError(words('{0}: nothing was changed since commit {1}', dir, commit));
  if (git.changes === undefined)
    throw new BadInputError(
      words('{0}: there were changes since commit {1}, and they were not kept', dir, commit),
    );
  const text = await readText(file, { most: MOST_CHANGES });
  // What the file holds is not what the run's mark is of; its hash is.
  if (createHash('sha256').update(text).digest('hex') !== git.changes)
    throw new BadInputError(words('{0}: is not what was kept when the run was started', file));
  return text;
}
