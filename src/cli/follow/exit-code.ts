import type { LiveRun } from '../../engine/view/live-run';
import type { RunStateName } from '../../protocol/run-files';
import type { ExitCode } from '../failure';
import { failedValidations } from './summary';

const FAILED: ReadonlySet<RunStateName> = new Set(['failed', 'diverged', 'lost']);

/** What a followed run means for who called: 1 where it, or the validation of a checkpoint, failed. */
export function exitCodeOf({ live, interrupts }: { live: LiveRun; interrupts: number }): ExitCode {
  if (FAILED.has(live.presence.state)) return 1;
  if (interrupts > 0) return 130;
  return failedValidations(live.state) > 0 ? 1 : 0;
}
