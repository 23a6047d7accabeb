import { sleep } from '../../base/async';
import { cancelJob } from './cancel-job';
import { isKeptByJob } from './job-file';

/**
 * Waits for the job of a run that was asked to stop, and takes it from its engine if the run does not end; whether that was
 * needed. `graceMs` of 0: the run could not be asked.
 */
export async function endJob(dir: string, graceMs = JOB_GRACE_MS): Promise<boolean> {
  for (const begun = performance.now(); performance.now() - begun < graceMs; await sleep(LOOK_MS))
    if (!(await isKeptByJob(dir))) return false;
  return cancelJob(dir);
}

/** As long as a program takes that answers neither a request nor an interrupt, on a file system that shows it late. */
const JOB_GRACE_MS = 45_000;
const LOOK_MS = 100;
