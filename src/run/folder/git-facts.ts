import { execFile } from 'node:child_process';
import type { RunFile } from '../files';
import { findProgram } from './find-program';

// The folder may be a stranger's, whose .git/config names programs: hooks, fsmonitor, the filters of a path's content,
// and what fetches an object that is lacking. `git status` would start each of them, and nothing is merely read then.

const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks'];
/** A submodule has filters of its own, so it is not entered: only whether another commit of it is there is asked. */
const STATUS = ['status', '--porcelain', '--untracked-files=no', '--ignore-submodules=dirty'];

/** Commit and dirty flag of the folder's repository; undefined without git or outside of a repository. */
export async function gitFacts(folder: string): Promise<RunFile['git']> {
  const commit = await git(folder, ['rev-parse', 'HEAD']);
  if (commit === undefined) return undefined;
  const noFilters = await withoutFilters(folder);
  const changes = noFilters && (await git(folder, [...noFilters, ...STATUS]));
  return { commit: commit.trim(), dirty: changes === undefined || changes.trim() !== '' };
}

/**
 * Options that take all filters away, those of the user too: git-lfs runs programs that the repository names. A file
 * that a filter writes, and that was touched, counts as changed then. Undefined if that cannot be said to git.
 */
async function withoutFilters(folder: string): Promise<readonly string[] | undefined> {
  const keys = (await git(folder, ['config', '--null', '--name-only', '--list']))?.split('\0');
  const drivers = keys?.flatMap((key) => /^(filter\..*)\.[^.]*$/s.exec(key)?.[1] ?? []);
  // `-c` takes what is before the first = for the name.
  if (drivers === undefined || drivers.some((driver) => driver.includes('='))) return undefined;
  return [...new Set(drivers)].flatMap((driver) =>
    ['clean=', 'process=', 'required=false'].flatMap((setting) => ['-c', `${driver}.${setting}`]),
  );
}

function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  const program = findProgram('git');
  if (program === undefined) return Promise.resolve(undefined);
  // A list of protocols without one that exists: nothing is fetched, whatever the repository allows.
  const env = { ...process.env, GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' };
  const options = { cwd: folder, env, timeout: 5000, windowsHide: true };
  return new Promise((resolve) => {
    execFile(program, [...SAFE, ...args], options, (error, stdout) => resolve(error ? undefined : stdout));
  });
}
