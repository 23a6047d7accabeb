import { toError } from '../base/async';
import { resumeRun } from '../engine/keeping/resume-run';
import { badInput } from './failure';
import type { CliIo } from './io';

/** Goes on with a run from its last checkpoint; one that still trains, or that another machine keeps, is bad input. */
export async function resumeOrRefuse(io: CliIo, dir: string): Promise<void> {
  try {
    await resumeRun(dir, { installDir: io.installDir });
  } catch (error) {
    throw badInput(toError(error).message, error);
  }
}
