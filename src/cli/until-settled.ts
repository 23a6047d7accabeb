import { sleep } from '../base/async';
import { openRun } from '../engine/runs/live-run';
import type { Presence } from '../engine/runs/presence';
import { FINAL_STATES } from '../run/state-names';

const LOOK_MS = 100;

/** Waits until a run is at its end, or nobody is left to bring it there. */
export async function untilSettled(dir: string): Promise<Presence> {
  const live = await openRun(dir);
  try {
    for (;;) {
      const presence = live.presence;
      if (FINAL_STATES.has(presence.state) && !presence.keeperAlive) return presence;
      await sleep(LOOK_MS);
      await live.refresh();
    }
  } finally {
    live.dispose();
  }
}
