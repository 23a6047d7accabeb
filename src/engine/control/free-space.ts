import path from 'node:path';
import { WordedError } from '../../base/worded-error';
import { quoted, words } from '../../base/words';
import { type ClearKeep, clearableCheckpoints } from '../../domain/run/retention';
import { folderBytes } from '../../run/folder/folder-bytes';
import { isOwnRun } from '../../run/folder/signature';
import { FINAL_STATES } from '../../run/state-names';
import { endOf } from '../../run/times';
import { listRuns, type RunSummary } from '../runs/list-runs';
import { viewRun } from '../runs/view-run';
import { askAndWait } from './ask';
import type { HostOptions } from './ensure-keeper';
import { listTrash, purgeRun, type TrashedRun } from './trash';

/** Of old runs, what takes space and may go. */
export type SpacePlan = {
  readonly runs: readonly ClearableRun[];
  readonly trash: readonly (TrashedRun & { readonly bytes: number })[];
  /** Old runs that this user did not start: nothing of them is touched. */
  readonly foreign: readonly string[];
};

export type ClearableRun = {
  readonly dir: string;
  readonly name: string;
  readonly epochs: readonly number[];
  readonly bytes: number;
};

export type SpaceWish = {
  readonly keep: ClearKeep;
  /** Runs that ended, and deleted ones that were deleted, longer ago. */
  readonly olderMs: number;
  readonly now?: number;
};

/** What would be removed; nothing is. A run that is pinned or still at work is left out. */
export async function planSpace(
  runsDir: string,
  { keep, olderMs, now = Date.now() }: SpaceWish,
): Promise<SpacePlan> {
  const before = now - olderMs;
  const old = (await listRuns(runsDir)).runs.filter(
    (run) => hasEnded(run) && (endOf(run.status) ?? run.run.created) < before,
  );
  const own = old.filter((run) => run.own && !run.meta.pinned);
  const runs: ClearableRun[] = [];
  for (const run of own) runs.push(await clearableOf(run, keep));
  const trash = await deletedBefore(runsDir, before);
  return {
    runs: runs.filter(({ epochs }) => epochs.length > 0),
    trash: await Promise.all(trash.own.map(async (run) => ({ ...run, bytes: await folderBytes(run.dir) }))),
    foreign: [...old.filter((run) => !run.own).map(({ name }) => name), ...trash.foreign],
  };
}

type OldTrash = { readonly own: readonly TrashedRun[]; readonly foreign: readonly string[] };

/** A trash comes with a cloned repository as runs do. What was deleted by its user keeps their mark. */
async function deletedBefore(runsDir: string, before: number): Promise<OldTrash> {
  const deleted = (await listTrash(runsDir)).filter((run) => run.deleted < before);
  const marked = await Promise.all(deleted.map(({ dir }) => isOwnRun(dir).catch(() => false)));
  return {
    own: deleted.filter((_, i) => marked[i]),
    foreign: deleted.filter((_, i) => !marked[i]).map(({ dir }) => path.relative(runsDir, dir)),
  };
}

export const bytesOf = ({ runs, trash }: SpacePlan): number =>
  [...runs, ...trash].reduce((sum, { bytes }) => sum + bytes, 0);

function hasEnded({ presence, run }: RunSummary): boolean {
  return FINAL_STATES.has(presence.state) && presence.where !== 'elsewhere' && !run.follows;
}

async function clearableOf({ dir, name }: RunSummary, keep: ClearKeep): Promise<ClearableRun> {
  const live = await viewRun(dir);
  const { checkpoints, best } = live.state;
  const epochs = clearableCheckpoints([...checkpoints.values()], best?.epoch, keep);
  const folders = epochs.map((epoch) => path.join(dir, checkpoints.get(epoch)?.path ?? ''));
  const sizes = await Promise.all(folders.map((folder) => folderBytes(folder)));
  return { dir, name, epochs, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Asks the run's keeper, which alone deletes checkpoints; returns its answer. Throws one line. */
export async function clearRun(
  { dir }: ClearableRun,
  keep: ClearKeep,
  options: HostOptions & { readonly from: string },
): Promise<string> {
  const answer = await askAndWait(dir, { type: 'clear', keep }, options);
  if (answer === undefined) throw new WordedError(words('{0}: no answer in {1} s', dir, 15));
  if (!answer.ok) throw new WordedError(words('{0}: {1}', dir, answer.said ?? quoted(answer.message)));
  return answer.message;
}

export async function emptyOldTrash(plan: SpacePlan): Promise<void> {
  for (const run of plan.trash) await purgeRun(run);
}
