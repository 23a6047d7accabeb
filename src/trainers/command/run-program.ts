import path from 'node:path';
import type { CommandSettings } from '../../domain/experiment/types';
import { type AdapterOptions, adapt } from './adapter';
import { answerWithProgram, PROGRAM_REQUESTS } from './control';
import { copyCheckpoint } from './copy-checkpoint';
import { attachProgram, METRICS_FILE, OUTPUT_LOG, RUNNER_LOG, startProgram } from './program';
import { csvSource } from './sources/csv';
import { jsonlSource } from './sources/jsonl';
import { regexSource } from './sources/regex';
import { withRunner } from './sources/runner';
import { type Source, withFewProblems, withinBounds } from './sources/source';
import { tensorboardSource } from './sources/tensorboard';

const POLL_MS = 100;

export type RunProgramOptions = Pick<AdapterOptions, 'runDir' | 'attempt' | 'epochs'> & {
  readonly cwd: string;
  readonly installDir: string;
  readonly settings: CommandSettings;
  /** The program is alive already: an earlier adapter started it. */
  readonly pid: number | undefined;
};

/** Runs the experiment's own program, or continues beside a running one, and reads what it writes. */
export function runProgram({
  runDir,
  attempt,
  epochs,
  cwd,
  installDir,
  settings,
  pid,
}: RunProgramOptions): Promise<number> {
  const program =
    pid === undefined
      ? startProgram(settings, { runDir, cwd, attempt, installDir })
      : attachProgram(pid, runDir);
  return adapt(program, {
    runDir,
    attempt,
    epochs,
    isNew: pid === undefined,
    source: withFewProblems(
      withinBounds(withRunner(path.join(runDir, RUNNER_LOG), openSource(settings, runDir))),
    ),
    pollMs: POLL_MS,
    accepts: PROGRAM_REQUESTS,
    answer: answerWithProgram(program, runDir),
    take: ({ file, epoch, step }) => [
      copyCheckpoint(runDir, { source: path.resolve(cwd, file), shown: file, epoch, step }),
    ],
  });
}

/** The source of the numbers for `command.reads`; paths are relative to the run folder. */
function openSource(settings: CommandSettings, runDir: string): Source {
  const at = (fallback: string): string =>
    path.resolve(runDir, (settings.path ?? fallback).replaceAll('{run_dir}', runDir));
  if (settings.reads === 'csv') return csvSource(at('trainer/results.csv'), { wanted: settings.metrics });
  if (settings.reads === 'tensorboard') return tensorboardSource(at('trainer'), settings.metrics);
  return settings.reads === 'regex'
    ? regexSource(at(OUTPUT_LOG), settings.metrics)
    : jsonlSource(at(METRICS_FILE));
}
