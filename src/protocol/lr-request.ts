import type { LrChange } from '../domain/schedule/lr-changes';
import { type LrPreview, previewLrChange, type TooHigh, tooHigh } from '../domain/schedule/lr-preview';
import type { ControlRequest } from '../run/requests';
import type { RunState } from '../run/state';
import { scheduleOfRun } from './dashboard/planned';

export type LrRequest = Extract<ControlRequest, { type: 'lr' }>;

export type ForeseenLr = { readonly preview: LrPreview; readonly tooHigh: TooHigh | undefined };

/** The effect of a request for another LR at `step`; undefined while a run's plan is not known. */
export function foreseeLr(state: RunState, request: LrRequest, step: number): ForeseenLr | undefined {
  const schedule = scheduleOfRun(state);
  if (!schedule || step >= schedule.steps) return undefined;
  const { mode, value = 0, group } = request;
  const change: LrChange = { step, mode, value, ...(group !== undefined && { group }) };
  return {
    preview: previewLrChange({ schedule, changes: state.lrChanges, change }),
    tooHigh: mode === 'plan' ? undefined : tooHigh(schedule, value, group),
  };
}

/** The step after the last completed one. */
export function nextStep({ steps: { step } }: Pick<RunState, 'steps'>): number {
  return step.length === 0 ? 0 : step.at(step.length - 1) + 1;
}
