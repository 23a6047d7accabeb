import type { Topic } from '../domain/display/statistics-page';
import { isRangeTest } from './kind';
import type { RunState } from './state';
import type { RunStateName } from './state-names';

/** The paragraph on what ended a run; undefined if that was not a verdict from its numbers. */
export function topicOfEnd({ keeper, run }: RunState, name: RunStateName): Topic | undefined {
  if (isRangeTest(run)) return 'range-test';
  if (name === 'diverged') return 'divergence';
  const isEarly = name === 'completed' && keeper.some(({ type }) => type === 'early_stop');
  return isEarly ? 'early-stopping' : undefined;
}
