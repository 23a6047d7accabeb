import path from 'node:path';
import { isBadInput } from '../../base/bad-input';
import { RunDraft } from '../../run/draft';
import type { RunFile } from '../../run/files';
import { runPaths } from '../../run/folder/paths';
import { readRun } from '../../run/folder/read';
import { createRunState, foldEntry } from '../../run/reduce';
import type { RunState } from '../../run/state';
import { readOwner } from '../control/lock';
import { type RunBatch, RunReader } from '../watch/run-reader';
import { readEventLog } from './event-log';
import { packRun, unpackRun } from './packed-run';
import { othersOf, type Presence, presenceOf } from './presence';

/** A run as its files say. */
export type RunView = {
  readonly dir: string;
  readonly state: RunState;
  /** Which processes are alive, checked at each call. */
  readonly presence: Presence;
};

/**
 * Reads a run once, to the end of its files; starts and watches nothing. Throws one clear line if it is not a run. Its log is
 * read without leaving the thread, at a third of the CPU: for commands, which have nothing else to do meanwhile.
 */
export async function viewRun(dir: string): Promise<RunView> {
  const { state, offset } = readEvents(dir, await readRun(dir));
  let draft = new RunDraft(state);
  for await (const batch of new RunReader(dir, offset).read()) draft = foldBatch(draft, batch);
  const view = { dir: path.resolve(dir), state: draft.state };
  return {
    ...view,
    get presence() {
      return presenceNow(view);
    },
  };
}

/** A log that is refused (a link, a device) is reported by the reader of the other files. */
function readEvents(dir: string, run: RunFile): { readonly state: RunState; readonly offset: number } {
  try {
    const packed = packRun(readEventLog(runPaths(dir).events));
    return { state: unpackRun(packed, run), offset: packed.offset };
  } catch (error) {
    if (!isBadInput(error)) throw error;
    return { state: createRunState(run), offset: 0 };
  }
}

/** The draft with a batch folded in; a new one if a log was replaced. */
export function foldBatch(draft: RunDraft, { restarted, entries, problems }: RunBatch): RunDraft {
  const next = restarted ? new RunDraft(createRunState(draft.raw.run)) : draft;
  for (const entry of entries) foldEntry(next, entry);
  for (const problem of problems) next.problem(problem);
  return next;
}

export function presenceNow({ dir, state }: Omit<RunView, 'presence'>): Presence {
  const { status, end, run } = state;
  const ownerAlive = status === undefined && readOwner(dir).kind === 'alive';
  const common = { dir, status, end, ownerAlive, created: run?.created ?? 0, now: Date.now() };
  return presenceOf({ ...common, ...(run && othersOf(dir, run)) });
}
