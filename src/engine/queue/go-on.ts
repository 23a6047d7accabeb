import { ensureKeeper, type HostOptions } from '../control/ensure-keeper';
import { disownKeeper, readOwner } from '../control/lock';
import { untilTakenUp } from '../control/resume-run';
import { listRuns, type RunSummary } from '../runs/list-runs';
import { byTurn, isLeft } from './queue';

export type GoOnOptions = HostOptions & {
  /** A person confirms that the machine, container or boot that kept them is gone. */
  readonly takeOver?: boolean;
};

/** `elsewhere`: kept by another machine, container or boot, and not to be taken over. */
export type GoneOn = { readonly again: readonly RunSummary[]; readonly elsewhere: readonly RunSummary[] };

/** The runs of a folder that were left waiting, in the order of their turns. */
export async function leftRuns(runsDir: string): Promise<readonly RunSummary[]> {
  return (await listRuns(runsDir)).runs.filter(isLeft).toSorted(byTurn);
}

/**
 * Lets runs wait on that a restart or a kill left waiting: one after the other, so that none takes the turn of one before it. Throws
 * `NotOwnRun`.
 */
export async function goOnWaiting(left: readonly RunSummary[], options: GoOnOptions): Promise<GoneOn> {
  const again: RunSummary[] = [];
  const elsewhere: RunSummary[] = [];
  for (const one of left) {
    if (options.takeOver) takeFromElsewhere(one);
    const outcome = await ensureKeeper(one.dir, options, 'start');
    (outcome === 'elsewhere' ? elsewhere : again).push(one);
    if (outcome === 'started') await untilTakenUp(one.dir, one.status);
  }
  return { again, elsewhere };
}

/** Nothing of it was trained: that what kept it is gone is all that has to be known. */
function takeFromElsewhere({ dir, status }: RunSummary): void {
  if (readOwner(dir).kind === 'elsewhere') disownKeeper(dir, status?.heartbeat ?? 0, Date.now());
}
