import { existsSync, type Stats, statSync } from 'node:fs';
import { mkdir, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../base/bad-input';
import type { RunFile } from '../files';
import { runPaths } from './paths';
import { readRunBytes } from './read';
import { isMarkedWith, NotOwnRun } from './signature';
import { knownUserKeys } from './user-key';
import { asideName } from './write-file';

const WRITABLE_BY_ALL = 0o002;
/** root may write anywhere anyway. */
const ROOT = 0;

/**
 * Why one must not act in a folder: another user owns it, or everybody may write into it, so that its content may be
 * from anybody. Undefined on systems without owners, and for a file system that shows another owner or mode than it was
 * given (network shares, mounts of Windows' disks), which a temporary folder made there shows.
 */
export async function whyNotOurs(folder: string): Promise<string | undefined> {
  if (process.geteuid === undefined) return undefined;
  const seen = await stat(folder);
  const problem = problemOf(seen, process.geteuid());
  if (problem === undefined) return undefined;
  const made = await madeThere(folder);
  const isAsMounted =
    made !== undefined && made.uid === seen.uid && problemOf(made, process.geteuid()) === problem;
  return isAsMounted ? undefined : `${folder} ${problem}`;
}

/** Whether a file in such a folder is another user's; a share shows all files, and the folder, as those of one owner. */
export function isAnothersFile(file: string): boolean {
  const uid = statSync(file, { throwIfNoEntry: false })?.uid;
  if (process.geteuid === undefined || uid === undefined) return false;
  return uid !== process.geteuid() && uid !== ROOT && uid !== statSync(path.dirname(file)).uid;
}

function problemOf({ uid, mode }: Stats, own: number): string | undefined {
  if (uid !== own && uid !== ROOT) return `belongs to another user (${uid})`;
  return mode & WRITABLE_BY_ALL ? 'can be written by all users' : undefined;
}

/** Owner and mode that a folder shows if it was made there just now with the narrowest mode. */
async function madeThere(folder: string): Promise<Stats | undefined> {
  const probe = path.join(folder, asideName('probe'));
  try {
    await mkdir(probe, 0o700);
  } catch {
    return undefined;
  }
  return stat(probe).finally(() => rmdir(probe));
}

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
