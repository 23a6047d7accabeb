import type { LiveRun } from '../../engine/runs/live-run';
import { FINAL_STATES, type RunStateName } from '../../run/state-names';
import type { ExitCode } from '../failure';
import { failedValidations } from './summary';

const FAILED: ReadonlySet<RunStateName> = new Set(['failed', 'diverged', 'lost']);

/** The exit code of a watched run: 1 if it, or the validation of a checkpoint, failed. */
export function exitCodeOf({ live, interrupts }: { live: LiveRun; interrupts: number }): ExitCode {
  const { state } = live.presence;
  if (FAILED.has(state)) return 1;
  if (interrupts > 0) return 130;
  // No keeper supervises the run any more, and none could be started.
  if (!FINAL_STATES.has(state)) return 1;
  return failedValidations(live.state) > 0 ? 1 : 0;
}
