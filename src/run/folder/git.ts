import { execFile } from 'node:child_process';
import type { RunFile } from '../files';
import { findProgram } from './find-program';

/** Commit and dirty flag of the folder's repository; undefined without git or outside of a repository. */
export async function gitFacts(folder: string): Promise<RunFile['git']> {
  const commit = await git(folder, ['rev-parse', 'HEAD']);
  if (commit === undefined) return undefined;
  const changes = await git(folder, ['status', '--porcelain', '--untracked-files=no']);
  return { commit: commit.trim(), dirty: changes === undefined || changes.trim() !== '' };
}

/** The hooks and filters of a stranger's repository must not run: fsmonitor is the one that `status` would start. */
function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  const safe = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks'];
  const program = findProgram('git');
  if (program === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    execFile(
      program,
      [...safe, ...args],
      { cwd: folder, timeout: 5000, windowsHide: true },
      (error, stdout) => {
        resolve(error ? undefined : stdout);
      },
    );
  });
}
