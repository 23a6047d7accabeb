import { toError } from '../base/async';
import { KeptOnOtherMachine, resumeRun } from '../engine/control/resume-run';
import { badInput } from './failure';
import type { CliIo } from './io';
import { requireActing } from './trust';

export const TAKE_OVER = [
  '--take-over',
  'the machine, container or boot that kept the run is gone: go on here',
] as const;

/** What a person may have to confirm before the run is resumed. */
type Word = { readonly takeOver?: boolean; readonly trust?: boolean };

/**
 * Resumes a run from its last checkpoint; one that still trains is bad input, and so is one that another machine,
 * container or boot keeps unless it is to be taken over.
 */
export async function resumeOrRefuse(io: CliIo, dir: string, word: Word = {}): Promise<void> {
  const { takeOver = false, trust } = word;
  await requireActing(io, dir, trust);
  try {
    await resumeRun(dir, { installDir: io.installDir, takeOver });
  } catch (error) {
    const hint = error instanceof KeptOnOtherMachine ? ' (--take-over)' : '';
    throw badInput(`${dir}: ${toError(error).message}${hint}`, error);
  }
}
