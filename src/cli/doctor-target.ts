import path from 'node:path';
import { inEnglish } from '../base/words';
import type { TargetFinding } from '../engine/targets/finding';
import type { ExitCode } from './failure';
import { type CliIo, printJson, printLine } from './io';
import { findTarget } from './target';

type DoctorOptions = { readonly target: string; readonly trust?: boolean; readonly json?: boolean };

/** What a target offers, a line for each finding, and the fix of each that is not as it should be. */
export async function examineTarget(io: CliIo, { target, trust, json }: DoctorOptions): Promise<ExitCode> {
  const settings = await findTarget(io, target, { folder: io.cwd, trust });
  if (settings.kind === 'local') {
    printLine(io.stdout, 'local is this machine: pitwall doctor examines it');
    return 0;
  }
  // Few users have a cluster.
  const { checkTarget } = await import('../engine/targets/check-target');
  const runs = settings.runs ?? path.join(io.cwd, 'runs');
  let code: ExitCode = 0;
  for await (const finding of checkTarget(settings, { installDir: io.installDir, runs })) {
    if (!finding.ok) code = 2;
    if (json) printJson(io.stdout, entryOf(finding));
    else printLine(io.stdout, lineOf(finding));
  }
  return code;
}

const entryOf = ({ ok, warns, said, fix }: TargetFinding) => ({
  ok,
  ...(warns && { warns }),
  message: inEnglish(said),
  fix: fix ? inEnglish(fix) : null,
});

const markOf = ({ ok, warns }: TargetFinding): string => {
  if (!ok) return 'FAILED';
  return warns ? 'warns ' : 'ok    ';
};

const lineOf = ({ said, fix, ...how }: TargetFinding): string =>
  `${markOf({ said, ...how })}  ${inEnglish(said)}${fix ? `; ${inEnglish(fix)}` : ''}`;
