import { createHash } from 'node:crypto';
import type { RunFile } from '../files';
import { askProgram } from './ask-program';
import { findProgram } from './find-program';

// The folder may be a stranger's, whose .git/config names programs: hooks, fsmonitor, the filters of a path's content,
// and what fetches an object that is lacking. `git status` would start each of them, and nothing is merely read then.

const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks'];
/** A submodule has filters of its own, so it is not entered: only whether another commit of it is there is asked. */
const STATUS = ['status', '--porcelain', '--untracked-files=no', '--ignore-submodules=dirty'];

/** Neither a program that shows differences nor one that makes text of a file is started, and no submodule is entered. */
const DIFF = ['diff', '--no-ext-diff', '--no-textconv', '--no-color', '--submodule=short'];
const HOW = ['--ignore-submodules=dirty', '--src-prefix=a/', '--dst-prefix=b/', 'HEAD'];
/** Changes of code are far smaller; data that is kept in git is not copied into each run. */
export const MOST_CHANGES = 1024 * 1024;

export type GitFacts = {
  /** Undefined without git or outside of a repository. */
  readonly git?: NonNullable<RunFile['git']>;
  /** What differs from the commit in files that git knows, as a patch; absent if nothing does or it is over the bound. */
  readonly changes?: string;
};

/** Commit of the folder's repository, and what was changed since. */
export async function gitFacts(folder: string): Promise<GitFacts> {
  const commit = (await git(folder, ['rev-parse', 'HEAD']))?.trim();
  if (commit === undefined) return {};
  const noFilters = await withoutFilters(folder);
  const status = noFilters && (await git(folder, [...noFilters, ...STATUS]));
  if (status?.trim() === '') return { git: { commit, dirty: false } };
  const changes = noFilters && (await git(folder, [...noFilters, ...DIFF, ...HOW]));
  if (!changes) return { git: { commit, dirty: true } };
  const hash = createHash('sha256').update(changes).digest('hex');
  return { git: { commit, dirty: true, changes: hash }, changes };
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

async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  const program = findProgram('git');
  if (program === undefined) return undefined;
  // A list of protocols without one that exists: nothing is fetched, whatever the repository allows.
  const env = { ...process.env, GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' };
  const answer = await askProgram(program, [...SAFE, ...args], {
    ...{ cwd: folder, env, timeoutMs: 5000, maxBuffer: MOST_CHANGES },
  });
  return answer.kind === 'answered' ? answer.stdout : undefined;
}
