import type { RunFile } from './files';
import type { RunStateName } from './state-names';

/** A range test raises the LR until the loss blows up: what would be the end of a training is its result. */
export function isRangeTest(run: RunFile | undefined): boolean {
  return run?.experiment.resolved.schedule?.lr_range !== undefined;
}

/** The state as it is shown. Earlier versions called a range test that had found its answer `diverged`. */
export function shownState(state: RunStateName, run: RunFile | undefined): RunStateName {
  return state === 'diverged' && isRangeTest(run) ? 'completed' : state;
}
