import { deferred } from '../../../base/async';
import { words } from '../../../base/words';
import type { TrainerEvent } from '../../../run/events';
import type { Follows } from '../../../run/follows';
import { type AdapterOptions, adapt } from '../adapter';
import { answerFollowing, FOLLOW_REQUESTS } from '../control';
import type { ForeignRun } from '../foreign-events';
import type { Program, ProgramEnd } from '../program';
import type { ReportedEvents } from '../reported';
import { withFewProblems } from '../sources/source';
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
      end.resolve({ kind: 'left', said: words('no longer followed; {0} was not touched', follows.folder) }),
  };
  const folder = new FollowedFolder(runDir, follows.folder);
  return adapt(program, {
    runDir,
    attempt,
    epochs: 0,
    isNew: false,
    source: withFewProblems(folderSource(follows)),
    pollMs: POLL_MS,
    accepts: FOLLOW_REQUESTS,
    answer: answerFollowing(program),
    onRecords: (records) => folder.note(records),
    take: (checkpoint) => [folder.take(checkpoint)],
    afterPoll: (run: ForeignRun, reported: ReportedEvents): readonly TrainerEvent[] => {
      const checkpoints = folder.checkpoints(run, reported);
      const said = folder.endOf(run);
      if (said !== undefined) end.resolve({ kind: 'finished', said });
      return checkpoints;
    },
  });
}
