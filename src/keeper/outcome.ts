import { readTail } from '../engine/runs/read-end';
import type { TrainerEventOf } from '../run/events';
import type { RunStateName } from '../run/state-names';
import type { TrainerEnd } from './trainer-process';

/** How a run's training ended. */
export type Outcome = {
  readonly state: RunStateName;
  readonly reason?: string;
  readonly exitCode?: number | null;
  readonly signal?: string | null;
};

/** Why the keeper ended the training, if it did. */
export type StopCause =
  | { readonly kind: 'asked' }
  | { readonly kind: 'early'; readonly message: string }
  | { readonly kind: 'diverged'; readonly message: string }
  | { readonly kind: 'rewind' };

export type OutcomeInput = {
  readonly end: TrainerEventOf<'end'> | undefined;
  readonly exit: TrainerEnd;
  readonly cause: StopCause | undefined;
  /** The last lines of the trainer's output. */
  readonly lastWords: string;
};

/** The trainer's own `end` event counts first, then the keeper's request, then how the process ended. */
export function judgeOutcome(input: OutcomeInput): Outcome {
  const { end, exit, cause } = input;
  const how = { ...(exit.exitCode === undefined ? {} : { exitCode: exit.exitCode }), ...signalOf(exit) };
  if (end && end.reason !== 'stopped' && !isInterruption(end, cause))
    return { ...how, state: end.reason, ...(end.message === undefined ? {} : { reason: end.message }) };
  if (cause) return { ...how, ...stoppedBy(cause) };
  if (end) return { ...how, state: 'stopped', reason: end.message ?? `stopped at step ${end.step}` };
  return { ...how, state: 'failed', reason: failure(exit, input.lastWords) };
}

/** A trainer that is interrupted while it still loads its libraries reports a failure; it was asked to stop. */
const isInterruption = (end: TrainerEventOf<'end'>, cause: StopCause | undefined): boolean =>
  end.reason === 'failed' && cause?.kind === 'asked';

function signalOf({ signal }: TrainerEnd): { signal?: string | null } {
  return signal === undefined ? {} : { signal };
}

/** An early stop is how such a run is meant to end. */
function stoppedBy(cause: StopCause): Outcome {
  if (cause.kind === 'asked') return { state: 'stopped', reason: 'stopped on request' };
  if (cause.kind === 'rewind') return { state: 'stopped', reason: 'stopped to be rewound' };
  return { state: cause.kind === 'early' ? 'completed' : 'diverged', reason: cause.message };
}

function failure({ exitCode, signal }: TrainerEnd, lastWords: string): string {
  const words = lastWords === '' ? '' : `: ${lastWords}`;
  if (signal) return `the trainer was ended by ${signal}${words}`;
  if (exitCode === undefined) return `the trainer ended (exit code unknown)${words}`;
  return `the trainer ended with exit code ${exitCode} and no message${words}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const TERMINAL_CODES = /\x1b\[[0-9;?]*[A-Za-z]/g;
/** A bar of Ultralytics or tqdm (12% ━━──── 3/25 1.2it/s): it says how far the trainer was, not why it ended. */
const PROGRESS = /\d+%\W.*\d+\/\d+|[━╸─█▏▎▍▌▋▊▉]{3}/;

/** The most informative last line of a program's output: an error line, else the last one. */
export async function lastWordsOf(file: string): Promise<string> {
  const text = await readTail(file, 8192).catch(() => '');
  const lines = text
    .replace(TERMINAL_CODES, '')
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^Node\.js v/.test(line) && !PROGRESS.test(line));
  const telling = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? '';
  return telling.slice(0, 300);
}
