import path from 'node:path';
import { ownBestJson } from '../../engine/export-run/run-json';
import type { LiveRun } from '../../engine/runs/live-run';
import type { RunEntry, RunState } from '../../run/state';
import { type CliIo, printJson, printLine } from '../io';

/** Reports one run's progress. */
export type RunReporter = {
  /** New lines of the run folder, after they were folded into the state; the first call has all that existed before. */
  readonly onEntries: (entries: readonly RunEntry[], state: RunState) => void;
  /** A line about watching itself, such as what Ctrl-C does. */
  readonly note: (text: string) => void;
  readonly finish: (live: LiveRun) => void;
  /** Watching ends before the run does. */
  readonly leave: () => void;
};

/**
 * A contract with other programs: every event as it is written, each validation, and a last `result`. stdout holds
 * nothing else. `since` leaves out what was there before (Unix ms).
 */
export function createJsonReporter(io: CliIo, since = 0): RunReporter {
  return {
    onEntries: (entries) => {
      for (const entry of entries) if (isSince(entry, since)) printJson(io.stdout, entry.value);
    },
    note: (text) => printLine(io.stderr, text),
    leave: () => undefined,
    finish: (live) => printJson(io.stdout, resultOf(live)),
  };
}

/** Not the draws: they are for Pitwall's own comparisons. */
function isSince({ source, value }: RunEntry, since: number): boolean {
  if (source === 'meta' || source === 'status' || value.type === 'drawn') return false;
  return value.t >= since;
}

/** The last line of `train --json`. */
function resultOf({ state, presence, dir }: LiveRun) {
  return {
    type: 'result',
    run: dir,
    state: presence.state,
    reason: presence.note ?? state.end?.message,
    best: state.best ? { ...state.best, path: path.join(dir, state.best.path) } : ownBestJson(state, dir),
  };
}
