import type { LiveRun } from '../../engine/runs/live-run';
import type { RunEntry, RunState } from '../../run/state';

/** Tells one run's progress to somebody. */
export type RunReporter = {
  /** New lines of the run folder, after they were folded into the state; the first call has all that were there. */
  readonly onEntries: (entries: readonly RunEntry[], state: RunState) => void;
  /** A line about the following itself, such as what Ctrl-C does. */
  readonly note: (text: string) => void;
  readonly finish: (live: LiveRun) => void;
  /** Following ends before the run does. */
  readonly leave: () => void;
};
