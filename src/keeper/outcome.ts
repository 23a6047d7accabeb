import { quoted, type Words, words } from '../base/words';
import { readTail } from '../engine/runs/read-end';
import type { TrainerEventOf } from '../run/events';
import type { RunStateName } from '../run/state-names';
import type { TrainerEnd } from './trainer-process';

/** How a run's training ended. */
export type Outcome = {
  readonly state: RunStateName;
  readonly reason?: Words;
  readonly exitCode?: number | null;
  readonly signal?: string | null;
};

/** Why the keeper ended the training, if it did. */
export type StopCause =
  | { readonly kind: 'asked'; readonly said?: Words | undefined }
  | { readonly kind: 'early'; readonly said: Words }
  | { readonly kind: 'diverged'; readonly said: Words }
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
  if (end && end.reason !== 'stopped' && !isOurs(end, cause))
    return { ...how, state: end.reason, ...reasonOf(end) };
  if (cause) return { ...how, ...stoppedBy(cause) };
  if (end)
    return { ...how, state: 'stopped', reason: words('stopped at step {0}', end.step), ...reasonOf(end) };
  return { ...how, state: 'failed', reason: failure(exit, input.lastWords) };
}

/**
 * A trainer that is interrupted while it still loads its libraries reports a failure; it was asked to stop. One that gives
 * up on NaN by itself while it is being stopped for it has diverged.
 */
const isOurs = (end: TrainerEventOf<'end'>, cause: StopCause | undefined): boolean =>
  end.reason === 'failed' && (cause?.kind === 'asked' || cause?.kind === 'diverged');

function reasonOf({ message, said }: TrainerEventOf<'end'>): { reason?: Words } {
  if (said !== undefined) return { reason: said };
  return message === undefined ? {} : { reason: quoted(message) };
}

function signalOf({ signal }: TrainerEnd): { signal?: string | null } {
  return signal === undefined ? {} : { signal };
}

/** An early stop is how such a run is meant to end. */
function stoppedBy(cause: StopCause): Outcome {
  if (cause.kind === 'asked') return stoppedFor(cause.said);
  if (cause.kind === 'rewind') return { state: 'stopped', reason: words('stopped to be rewound') };
  return { state: cause.kind === 'early' ? 'completed' : 'diverged', reason: cause.said };
}

/** A run that was stopped, training or paused. */
export function stoppedFor(why: Words = words('stopped on request')): Outcome {
  return { state: 'stopped', reason: why };
}

function failure(exit: TrainerEnd, lastWords: string): Words {
  const how = howEnded(exit);
  return lastWords === '' ? how : words('{0}: {1}', how, lastWords);
}

function howEnded({ exitCode, signal }: TrainerEnd): Words {
  if (signal) return words('the trainer was ended by {0}', signal);
  if (exitCode === undefined || exitCode === null) return words('the trainer ended (exit code unknown)');
  return words('the trainer ended with exit code {0} and no message', exitCode);
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
