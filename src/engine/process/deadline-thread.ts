import { Worker } from 'node:worker_threads';
import { deferred } from '../../base/async';
import type { Disposable } from '../../base/disposable';

/** A thread's answer to one question, or why there is none. */
export type Said<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'late'; readonly deadlineMs: number }
  | { readonly kind: 'died'; readonly error: Error };

export type ThreadOptions = {
  readonly program: string;
  readonly workerData?: unknown;
  /** For one answer, from the moment that the thread has begun. */
  readonly deadlineMs: number;
  readonly memoryMb: number;
};

/** What the thread posts: `ready` once, then an answer to each question. */
export type FromThread<Answer> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly answer: Answer };

/**
 * A thread that is asked one thing after another and that is ended when an answer takes too long or too much memory;
 * the next question starts it anew. For text of unknown origin, which may take endless time whatever bounds there are
 * inside. While no answer is awaited it does not keep its process alive.
 */
export class DeadlineThread<Question, Answer> implements Disposable {
  readonly #options: ThreadOptions;
  #last: Promise<unknown> = Promise.resolve();
  #running: Running<Answer> | undefined;
  #isDisposed = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** `isWanted` is called when the question's turn comes: the caller may have gone. */
  ask(question: Question, isWanted: () => boolean = () => true): Promise<Said<Answer> | undefined> {
    const said = this.#last.then(() => (isWanted() && !this.#isDisposed ? this.#ask(question) : undefined));
    this.#last = said.catch(() => undefined);
    return said;
  }

  async #ask(question: Question): Promise<Said<Answer>> {
    this.#running ??= start<Answer>(this.#options);
    const running = this.#running;
    const died = await running.begun;
    const said = died ?? (await inTime(running, question, this.#options.deadlineMs));
    if (said.kind !== 'answer') this.#end();
    return said;
  }

  #end(): void {
    this.#running?.end();
    this.#running = undefined;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#end();
  }
}

type Died = Extract<Said<never>, { kind: 'died' }>;

type Running<Answer> = {
  /** The error it died of before it began, if it did. */
  readonly begun: Promise<Died | undefined>;
  ask(question: unknown): Promise<Said<Answer>>;
  end(): void;
};

function start<Answer>({ program, workerData, memoryMb }: ThreadOptions): Running<Answer> {
  const worker = new Worker(program, { workerData, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
  const begun = deferred<Died | undefined>();
  let waiting = deferred<Said<Answer>>();
  const die = (error: Error): void => {
    begun.resolve({ kind: 'died', error });
    waiting.resolve({ kind: 'died', error });
  };
  worker.on('message', (message: FromThread<Answer>) => {
    if (message.kind === 'ready') begun.resolve(undefined);
    else waiting.resolve({ kind: 'answer', answer: message.answer });
    worker.unref();
  });
  worker.on('error', die);
  worker.on('exit', (code) => die(new Error(`the thread ended with code ${code}`)));
  return {
    begun: begun.promise,
    ask(question) {
      waiting = deferred<Said<Answer>>();
      worker.ref();
      worker.postMessage(question);
      return waiting.promise;
    },
    end() {
      worker.terminate().catch(die);
    },
  };
}

async function inTime<Answer>(
  running: Running<Answer>,
  question: unknown,
  deadlineMs: number,
): Promise<Said<Answer>> {
  const late = deferred<Said<Answer>>();
  const timer = setTimeout(() => late.resolve({ kind: 'late', deadlineMs }), deadlineMs);
  try {
    return await Promise.race([running.ask(question), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
