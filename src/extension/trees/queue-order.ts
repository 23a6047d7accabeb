import path from 'node:path';
import { isWaiting, queueOf } from '../../engine/queue/queue';
import type { RunSummary } from '../../engine/runs/list-runs';
import { FINAL_STATES } from '../../run/state-names';

/** A run as the list has it; `place`: in the queue of its folder, from 1, if it waits. */
export type PlacedRun = { readonly summary: RunSummary; readonly place: number | undefined };

/** Runs, newest first, with those that wait in the order of their turns behind what goes on. */
export function inQueueOrder(runs: readonly RunSummary[]): readonly PlacedRun[] {
  const waiting = placedRuns(runs);
  const others: PlacedRun[] = runs
    .filter((one) => !isWaiting(one))
    .map((summary) => ({ summary, place: undefined }));
  const lastLive = others.findLastIndex(({ summary }) => !FINAL_STATES.has(summary.presence.state));
  return others.toSpliced(lastLive + 1, 0, ...waiting);
}

/** Each folder of runs has a queue of its own. */
function placedRuns(runs: readonly RunSummary[]): PlacedRun[] {
  const folders = new Set(runs.filter(isWaiting).map(({ dir }) => path.dirname(dir)));
  return [...folders].flatMap((folder) => {
    const inside = runs.filter(({ dir }) => path.dirname(dir) === folder);
    const byDir = new Map(inside.map((summary) => [summary.dir, summary]));
    return queueOf(inside).flatMap(({ dir, place }) => {
      const summary = byDir.get(dir);
      return summary && place !== undefined ? [{ summary, place }] : [];
    });
  });
}
