import type { LiveRun } from '../../engine/runs/live-run';
import type { RunEntry, RunState } from '../../run/state';

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
