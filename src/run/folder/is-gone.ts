import { statSync } from 'node:fs';
import { runPaths } from './paths';

/**
 * Returns whether the run folder was deleted, moved away or replaced by another run's since this was made. run.json is
 * written once, so it identifies the folder. A folder that cannot be read now (too many open files, a share that is
 * away) is not gone: only "no such file" from the system counts.
 */
export function watchForDeletion(runDir: string): () => boolean {
  const { run } = runPaths(runDir);
  const first = inodeOf(run);
  return () => {
    const now = inodeOf(run);
    return now === 'nothing' || (typeof first === 'number' && typeof now === 'number' && now !== first);
  };
}

function inodeOf(file: string): number | 'nothing' | 'unknown' {
  try {
    return statSync(file).ino;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'nothing' : 'unknown';
  }
}
