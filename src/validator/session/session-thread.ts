import { Worker } from 'node:worker_threads';
import { BadInputError } from '../../base/bad-input';
import { words } from '../../base/words';
import type { Channel } from '../../protocol/channel';
import { channelToThread } from '../../protocol/node/transports';
import type { LoadedModel, LoadModelRequest, RunRequest, RunResult } from './thread-messages';

/**
 * A model may hold a loop without end, and a native run cannot be interrupted. The largest batch of the largest detector takes
 * two minutes on two busy cores; a slower machine sets more seconds by this variable.
 */
const DEADLINE_VARIABLE = 'PITWALL_SESSION_SECONDS';
const DEADLINE_SECONDS = 600;

export function deadlineOf(env: NodeJS.ProcessEnv): number {
  const given = Number(env[DEADLINE_VARIABLE]);
  return given > 0 ? given : DEADLINE_SECONDS;
}

/** The thread that owns the native sessions, seen from the other side. */
export class SessionThread {
  readonly #channel: Channel;
  readonly #stuck: Error;
  #nextSession = 1;

  /** `file` is the validator's own bundle, which serves sessions if it is not the main thread. */
  constructor(file: string, deadlineSeconds = deadlineOf(process.env)) {
    this.#stuck = new BadInputError(
      words('the model gave no answer within {0} s ({1})', deadlineSeconds, DEADLINE_VARIABLE),
    );
    const deadline = { ms: deadlineSeconds * 1000, reason: this.#stuck };
    this.#channel = channelToThread(new Worker(file), { deadline });
  }

  /** Whether the thread has not answered in time: it never will, and its process can only be killed. */
  get isStuck(): boolean {
    return this.#channel.closed === this.#stuck;
  }

  async load(
    model: LoadModelRequest['model'],
    options: LoadModelRequest['options'],
  ): Promise<{ readonly session: number; readonly loaded: LoadedModel }> {
    const session = this.#nextSession++;
    const loaded = await this.#channel.request('load', { session, model, options });
    return { session, loaded: loaded as LoadedModel };
  }

  /** `data` is transferred, and comes back in the result unless it is kept there. */
  async run(request: RunRequest): Promise<RunResult> {
    const transfer = request.data ? [request.data.buffer as ArrayBuffer] : [];
    const result = await this.#channel.request('run', request, transfer);
    return result as RunResult;
  }

  /** Inputs of that set are kept no longer. */
  async forget(set: number): Promise<void> {
    await this.#channel.request('forget', { set });
  }

  async release(session: number): Promise<void> {
    await this.#channel.request('release', { session });
  }
}
