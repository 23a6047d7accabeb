import type { RunEntry, RunState } from '../../protocol/run-state';

/** Tells one run's progress to somebody. */
export type RunReporter = {
  readonly onEntries: (entries: readonly RunEntry[], state: RunState) => void;
  /** A line about the watching itself, such as what Ctrl-C does. */
  readonly note: (text: string) => void;
  readonly finish: (state: RunState) => void;
};
