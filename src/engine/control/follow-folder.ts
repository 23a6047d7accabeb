import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { WordedError } from '../../base/worded-error';
import { type Words, words } from '../../base/words';
import { createRun } from '../../run/folder/create';
import { runPaths } from '../../run/folder/paths';
import type { Follows } from '../../run/follows';
import { FINAL_STATES } from '../../run/state-names';
import { listRuns } from '../runs/list-runs';
import { ensureKeeper, type HostOptions } from './ensure-keeper';
import { argumentsOf, experimentOf } from './followed-experiment';

export type FollowRequest = HostOptions & {
  /** `folder` is absolute; it may not exist yet. */
  readonly follows: Follows;
  readonly runsDir: string;
  readonly name?: string;
  /** Dataset YAML that checkpoints are validated on; without it the one that the folder's arguments name. */
  readonly data?: string;
  /** Folder that relative paths of those arguments are tried from. */
  readonly cwd: string;
  readonly pitwallVersion: string;
};

export type FollowStart = {
  readonly dir: string;
  /** The folder was followed already; nothing was started. */
  readonly isKnown: boolean;
};

/** Makes a run that reads a folder which another program fills, and starts its keeper. Throws one clear line. */
export async function followFolder(request: FollowRequest): Promise<FollowStart> {
  const { follows, runsDir } = request;
  const problem = whyNotFollowed(follows.folder, runsDir);
  if (problem !== undefined) throw new WordedError(problem);
  const known = await followerOf(follows.folder, runsDir);
  if (known !== undefined) return { dir: known, isKnown: true };
  const { file, text } = argumentsOf(follows.folder);
  const { dir } = await createRun({
    ...request,
    experimentFile: file,
    text,
    experiment: experimentOf(request, text),
    stem: path.basename(follows.folder),
    cwd: path.dirname(runsDir),
  });
  await ensureKeeper(dir, request, 'start');
  return { dir, isKnown: false };
}

function whyNotFollowed(folder: string, runsDir: string): Words | undefined {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) return words('{0}: is a file; follow its folder', folder);
  if (existsSync(runPaths(folder).run))
    return words('{0}: is a run of Pitwall; see it with pitwall watch', folder);
  const inside = path.relative(folder, runsDir);
  if (inside !== '' && (inside.startsWith('..') || path.isAbsolute(inside))) return undefined;
  return words('{0}: is only read, but {1} is inside it; name another folder for the runs', folder, runsDir);
}

/** The run that follows a folder now. */
async function followerOf(folder: string, runsDir: string): Promise<string | undefined> {
  const { runs } = await listRuns(runsDir);
  return runs.find(({ run, presence }) => run.follows?.folder === folder && !FINAL_STATES.has(presence.state))
    ?.dir;
}
