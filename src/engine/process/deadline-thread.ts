import { Worker } from 'node:worker_threads';
import { oneAtATime, toError } from '../../base/async';
import type { Disposable } from '../../base/disposable';
import type { Channel } from '../../protocol/channel';
import { channelToThread } from '../../protocol/node/transports';

/** A thread's answer to one question, or why there is none. */
export type Said<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'late'; readonly deadlineMs: number }
  | { readonly kind: 'failed'; readonly error: Error };

export type ThreadOptions = {
  /** Serves `answer` once it is ready (`channelToHost`). */
  readonly program: string;
  readonly workerData?: unknown;
  /** For one answer, from the moment that the thread is ready. */
  readonly deadlineMs: number;
  readonly memoryMb: number;
};

type Running = { readonly worker: Worker; readonly channel: Channel; readonly late: Error };

/**
 * A thread that is asked one thing after another and that is ended when an answer fails, takes too long or too much
 * memory; the next question starts it anew. For text of unknown origin, which may take endless time whatever bounds there
 * are inside. While no answer is awaited it does not keep its process alive.
 */
export class DeadlineThread<Question, Answer> implements Disposable {
  readonly #options: ThreadOptions;
  readonly #inTurn = oneAtATime();
  #running: Running | undefined;
  #isDisposed = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** `isWanted` is called when the question's turn comes: the caller may have gone. */
  ask(question: Question, isWanted: () => boolean = () => true): Promise<Said<Answer> | undefined> {
    return this.#inTurn(async () => (isWanted() && !this.#isDisposed ? this.#ask(question) : undefined));
  }

  async #ask(question: Question): Promise<Said<Answer>> {
    this.#running ??= start(this.#options);
    const { worker, channel, late } = this.#running;
    worker.ref();
    try {
      const answer = await channel.request('answer', question);
      return { kind: 'answer', answer: answer as Answer };
    } catch (error) {
      this.#end();
      if (error === late) return { kind: 'late', deadlineMs: this.#options.deadlineMs };
      return { kind: 'failed', error: toError(error) };
    } finally {
      worker.unref();
    }
  }

  #end(): void {
    const { worker, channel } = this.#running ?? {};
    this.#running = undefined;
    worker?.terminate().catch((error) => channel?.close(toError(error)));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#end();
  }
}

function start({ program, workerData, memoryMb, deadlineMs }: ThreadOptions): Running {
  const worker = new Worker(program, { workerData, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
  const late = new Error(`no answer within ${deadlineMs} ms`);
  const channel = channelToThread(worker, { deadline: { ms: deadlineMs, reason: late } });
  return { worker, channel, late };
}
