import path from 'node:path';
import type { LiveRun } from '../../engine/runs/live-run';
import type { RunEntry } from '../../run/state';
import { type CliIo, printJson, printLine } from '../io';
import type { RunReporter } from './reporter';

/**
 * A contract with other programs: every event as it is written, each validation, and a last `result`. stdout holds
 * nothing else. `since` leaves out what was there before (Unix ms).
 */
export function createJsonReporter(io: CliIo, since = 0): RunReporter {
  return {
    onEntries: (entries) => {
      for (const entry of entries) if (isTold(entry, since)) printJson(io.stdout, entry.value);
    },
    note: (text) => printLine(io.stderr, text),
    leave: () => undefined,
    finish: (live) => printJson(io.stdout, resultOf(live)),
  };
}

/** Not the draws: they are for Pitwall's own comparisons. */
function isTold({ source, value }: RunEntry, since: number): boolean {
  if (source === 'meta' || source === 'status' || value.type === 'drawn') return false;
  return value.t >= since;
}

/** The last line of `train --json`. */
export function resultOf({ state, presence, dir }: LiveRun) {
  return {
    type: 'result',
    run: dir,
    state: presence.state,
    reason: presence.note ?? state.end?.message,
    best: state.best ? { ...state.best, path: path.join(dir, state.best.path) } : null,
  };
}
