import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { sleep } from '../../base/async';
import { toJsonLine } from '../../base/json';
import type { CommandSettings } from '../../domain/experiment/types';
import type { ForeignRecord } from '../../domain/foreign/record';
import type { TrainerEvent } from '../../protocol/events';
import { ForeignRun } from '../../protocol/foreign-events';
import { answerRequests, KNOBS } from './control';
import { copyCheckpoint } from './copy-checkpoint';
import { METRICS_FILE, OUTPUT_LOG, type Program, type ProgramEnd } from './program';
import { csvSource } from './sources/csv';
import { jsonlSource } from './sources/jsonl';
import { regexSource } from './sources/regex';
import type { Source } from './sources/source';
import { tensorboardSource } from './sources/tensorboard';

const POLL_MS = 100;

/** Where `command.reads` finds its numbers; paths are relative to the run folder. */
export function openSource(settings: CommandSettings, runDir: string): Source {
  const at = (fallback: string): string => path.resolve(runDir, settings.path ?? fallback);
  if (settings.reads === 'csv') return csvSource(at('trainer/results.csv'));
  if (settings.reads === 'tensorboard') return tensorboardSource(at('trainer'), settings.metrics);
  return settings.reads === 'regex'
    ? regexSource(at(OUTPUT_LOG), settings.metrics)
    : jsonlSource(at(METRICS_FILE));
}

export type AdapterOptions = {
  readonly runDir: string;
  readonly cwd: string;
  readonly attempt: number;
  readonly epochs: number;
  readonly settings: CommandSettings;
};

/** Reads a foreign program's numbers into events.jsonl until it ends; its exit code is ours. */
export async function adapt(program: Program, options: AdapterOptions): Promise<number> {
  const { runDir, attempt, epochs } = options;
  const write = (event: TrainerEvent): void =>
    appendFileSync(path.join(runDir, 'events.jsonl'), toJsonLine(event));
  const run = new ForeignRun({ trainer: 'command', pid: process.pid, attempt, epochs, knobs: KNOBS });
  const source = openSource(options.settings, runDir);
  const told = (record: ForeignRecord): TrainerEvent[] =>
    record.kind === 'checkpoint'
      ? [copyCheckpoint(runDir, options.cwd, record)]
      : run.events(record, Date.now());
  const read = async (): Promise<void> => {
    for (const record of await source.poll()) told(record).forEach(write);
  };
  write(run.start(Date.now()));
  let end: ProgramEnd | undefined;
  let asked = false;
  program.stopped.then((value) => {
    end = value;
  });
  while (end === undefined) {
    await read();
    const { events, stop } = answerRequests(runDir, program, run.lastStep);
    events.forEach(write);
    asked ||= stop;
    await Promise.race([sleep(POLL_MS), program.stopped]);
  }
  // Twice: sources that hold back their last step give it up when nothing new comes.
  await read();
  await read();
  const { event, code } = endOf(end, asked, run.lastStep);
  write(event);
  return code;
}

type Ending = { readonly event: TrainerEvent; readonly code: number };

function endOf({ code, signal, problem }: ProgramEnd, asked: boolean, step: number): Ending {
  const how =
    problem ?? `the program ended with ${signal === null ? `exit code ${code}` : `signal ${signal}`}`;
  const t = Date.now();
  if (asked) return { event: { type: 'end', t, reason: 'stopped', step, message: how }, code: 0 };
  if (code === 0) return { event: { type: 'end', t, reason: 'completed', step }, code: 0 };
  return { event: { type: 'end', t, reason: 'failed', step, message: `${how}; see ${OUTPUT_LOG}` }, code: 1 };
}
