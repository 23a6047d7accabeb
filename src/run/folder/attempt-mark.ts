import { readdirSync } from 'node:fs';
import path from 'node:path';
import { codeOf } from './refused';
import { createFile } from './write-file';

// control/trainer/attempt.<n> says that attempt n of a run was started. A trainer of an earlier attempt that still lives, on
// another machine or after a long freeze, sees it at its next look, writes nothing more and ends: two trainers never write one run.

const NAME = /^attempt\.(\d{1,9})$/;

/** Leaves the mark of an attempt, before its trainer is started. */
export function markAttempt(trainerControl: string, attempt: number): void {
  try {
    createFile(path.join(trainerControl, `attempt.${attempt}`), '');
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Whether one of these names of control/trainer/ is the mark of a later attempt. */
export function hasLaterAttempt(names: readonly string[], attempt: number): boolean {
  return names.some((name) => Number(NAME.exec(name)?.[1] ?? 0) > attempt);
}

/** `hasLaterAttempt` of a folder; one that cannot be read now says nothing. */
export function isReplaced(trainerControl: string, attempt: number): boolean {
  try {
    return hasLaterAttempt(readdirSync(trainerControl), attempt);
  } catch {
    return false;
  }
}
