import { type Topic, topicOfAlarm } from '../domain/display/statistics-page';
import type { AlertText, RunFile, StatusFile } from './files';
import type { RunState } from './state';
import type { RunStateName } from './state-names';

/** A range test raises the LR until the loss blows up: what would be the end of a training is its result. */
export function isRangeTest(run: RunFile | undefined): boolean {
  return run?.experiment.resolved.schedule?.lr_range !== undefined;
}

/** Whether anything of a run was trained, or a program of it started; a wait in the queue, and a turn in it, are nothing yet. */
export function hasBegun({ state, trainer, progress }: StatusFile): boolean {
  return state !== 'starting' || trainer !== undefined || progress !== undefined;
}

/** On another machine, of which this one knows the heartbeat alone. A job of a cluster reads what is asked in the shared folder. */
export function isOutOfReach(run: RunFile | undefined, where: string | undefined): boolean {
  return where === 'elsewhere' && run?.target === undefined;
}

/** The state as it is shown. Earlier versions called a range test that had found its answer `diverged`. */
export function shownState(state: RunStateName, run: RunFile | undefined): RunStateName {
  return state === 'diverged' && isRangeTest(run) ? 'completed' : state;
}

/** The paragraph on what ended a run; undefined if that was not a verdict from its numbers. */
export function topicOfEnd({ keeper, run }: RunState, name: RunStateName): Topic | undefined {
  if (isRangeTest(run)) return 'range-test';
  if (name === 'diverged') return 'divergence';
  const isEarly = name === 'completed' && keeper.some(({ type }) => type === 'early_stop');
  return isEarly ? 'early-stopping' : undefined;
}

type Listed = { readonly state: RunStateName; readonly note?: string | undefined };

/** The same of a run in a list, of which its state, the reason of it and the last alarm are known. */
export function topicOfListed(
  run: RunFile,
  { state, note = '' }: Listed,
  alarm: AlertText | undefined,
): Topic | undefined {
  if (isRangeTest(run)) return 'range-test';
  if (state === 'diverged') return 'divergence';
  if (state === 'completed' && note.startsWith('early stop')) return 'early-stopping';
  return alarm?.rule === undefined ? undefined : topicOfAlarm(alarm.rule);
}
