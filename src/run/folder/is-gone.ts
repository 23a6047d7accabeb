import { statSync } from 'node:fs';
import { runPaths } from './paths';

/**
 * Answers whether the run folder was deleted, moved away or replaced by another run's since this was made. run.json is written
 * once, so it stands for the folder. A folder that cannot be looked at now (too many open files, a share that is away) is not
 * gone: only the system's word that there is nothing counts.
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
