import { deferred } from '../../../base/async';
import type { TrainerEvent } from '../../../run/events';
import type { Follows } from '../../../run/follows';
import { type AdapterOptions, adapt } from '../adapter';
import { FOLLOW_KNOBS, obeyFollowing } from '../control';
import type { ForeignRun } from '../foreign-events';
import type { Program, ProgramEnd } from '../program';
import { withFewProblems } from '../sources/few-problems';
import type { Told } from '../reported';
import { folderSource } from './folder-source';
import { FollowedFolder } from './followed-folder';

const POLL_MS = 250;

export type FollowOptions = Pick<AdapterOptions, 'runDir' | 'attempt'> & { readonly follows: Follows };

/**
 * Reads a run that another program started, for as long as it goes on or until asked to leave. The folder is only read.
 */
export function follow({ runDir, attempt, follows }: FollowOptions): Promise<number> {
  const end = deferred<ProgramEnd>();
  const program: Program = {
    stopped: end.promise,
    stop: () =>
      end.resolve({ kind: 'left', message: `no longer followed; ${follows.folder} was not touched` }),
  };
  const folder = new FollowedFolder(runDir, follows.folder);
  return adapt(program, {
    runDir,
    attempt,
    epochs: 0,
    isNew: false,
    source: withFewProblems(folderSource(follows)),
    pollMs: POLL_MS,
    knobs: FOLLOW_KNOBS,
    obey: obeyFollowing(program),
    hear: (records) => folder.hear(records),
    take: (checkpoint) => [folder.take(checkpoint)],
    look: (run: ForeignRun, told: Told): readonly TrainerEvent[] => {
      const checkpoints = folder.checkpoints(run, told);
      const message = folder.endOf(run);
      if (message !== undefined) end.resolve({ kind: 'finished', message });
      return checkpoints;
    },
  });
}
