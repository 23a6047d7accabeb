import { toError } from '../base/async';
import { isSilent, KeptOnOtherMachine, resumeRun, StillKept } from '../engine/control/resume-run';
import { quoted } from '../engine/process/quoted';
import { isKeptByJob } from '../engine/targets/job-file';
import { readRun } from '../run/folder/read';
import { badInput, CliFailure, KEPT_BY_ANOTHER } from './failure';
import { type CliIo, printLine } from './io';
import { requireActing } from './trust';

export const TAKE_OVER = [
  '--take-over',
  'the machine, container or boot that kept the run is gone: resume here',
] as const;

/** What a person may have to confirm before the run is resumed. */
type ResumePermissions = { readonly takeOver?: boolean; readonly trust?: boolean; readonly leash?: boolean };

/**
 * Resumes a run from its last checkpoint. Ends with 75 if it still trains, or if another machine, container or boot keeps it
 * and it is not to be taken over.
 */
export async function resumeOrRefuse(io: CliIo, dir: string, word: ResumePermissions = {}): Promise<void> {
  await requireActing(io, dir, word.trust);
  await resumeRun(dir, resumeOptions(io, word)).catch((error: unknown) => refuseResume(dir, error));
  await noteHere(io, dir);
}

/** A run of a cluster may go on here; on the node that one logs in at it should not. */
export async function noteHere({ stderr }: CliIo, dir: string): Promise<void> {
  const { target } = await readRun(dir);
  if (target === undefined || (await isKeptByJob(dir))) return;
  const there = `pitwall train --resume ${quoted(dir)} --target ${quoted(target)}`;
  printLine(stderr, `${dir}: was begun on ${target} and goes on on this machine; there by ${there}`);
}

/** For a job that its engine starts again: a keeper elsewhere that stays silent for a minute is taken to be gone. */
export async function resumeOnceSilent(io: CliIo, dir: string, word: ResumePermissions = {}): Promise<void> {
  await requireActing(io, dir, word.trust);
  await resumeRun(dir, resumeOptions(io, word)).catch(async (error: unknown) => {
    if (!(error instanceof KeptOnOtherMachine)) refuseResume(dir, error);
    printLine(io.stderr, `${dir}: ${toError(error).message}; waiting a minute for a sign of it`);
    if (!(await isSilent(dir))) refuseResume(dir, error);
    await resumeRun(dir, resumeOptions(io, { ...word, takeOver: true })).catch((again) =>
      refuseResume(dir, again),
    );
  });
}

const resumeOptions = ({ installDir }: CliIo, { takeOver = false, leash = false }: ResumePermissions) => ({
  installDir,
  takeOver,
  leash,
});

/** One line; the exit code says whether it may be asked again later. */
export function refuseResume(dir: string, error: unknown): never {
  const hint = error instanceof KeptOnOtherMachine ? ' (--take-over)' : '';
  const line = `${dir}: ${toError(error).message}${hint}`;
  throw error instanceof StillKept
    ? new CliFailure(KEPT_BY_ANOTHER, line, { cause: error })
    : badInput(line, error);
}
