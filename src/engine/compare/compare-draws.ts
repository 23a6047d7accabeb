import { BadInputError } from '../../base/bad-input';
import { type DrawnDifference, drawnDifference } from '../../domain/compare/draw-record';
import { currentDraws } from '../../run/standing';
import type { RunState } from '../../run/state';
import type { DrawnMaps, Validation } from '../../run/validation';
import type { Opened } from './compare-many';

/** A checkpoint of a task whose detections are not kept: what it scored, and its scores on other draws of the val set. */
export type DrawnCheckpoint = {
  readonly dir: string;
  readonly epoch: number;
  readonly task: string;
  readonly report: Validation;
  readonly drawn: DrawnMaps;
};

/**
 * The run's checkpoint (without an epoch the best) by its draws; undefined if the run's detections are kept as boxes. Throws one line
 * that begins with how the user named it if there is nothing to compare.
 */
export function drawnCheckpoint({ text, dir, epoch: asked, state }: Opened): DrawnCheckpoint | undefined {
  const report = state.validations.get(asked ?? state.best?.epoch ?? 0);
  const task = taskOfRun(state, report);
  if (task === undefined) return undefined;
  if (!report)
    throw new BadInputError(
      `${text}: ${asked === undefined ? 'no checkpoint' : `epoch ${asked}`} is validated`,
    );
  const drawn = currentDraws(state.drawn, state.validations, report.epoch);
  if (drawn) return { dir, epoch: report.epoch, task, report, drawn };
  throw new BadInputError(`${text}: of the task ${task} nothing is kept to compare epoch ${report.epoch} by`);
}

/** Undefined if its detections are kept. */
function taskOfRun({ plan }: RunState, report: Validation | undefined): string | undefined {
  if (report) return report.task;
  return plan?.task === 'detect' ? undefined : plan?.task;
}

/** B minus A on the same draws; undefined if they were not judged on one val set by one rule. */
export function compareDrawn(a: DrawnCheckpoint, b: DrawnCheckpoint): DrawnDifference | undefined {
  if (a.drawn.key !== b.drawn.key) return undefined;
  return drawnDifference(a.drawn, b.drawn);
}
