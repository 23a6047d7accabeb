import { sleep, toError } from '../base/async';
import type { Disposable } from '../base/disposable';
import { type Words, words } from '../base/words';

/** Work that the keeper starts and does not wait for. However it ends, either `done` or `failed` is called, once. */
export type Work<T> = {
  /** For people, as the subject of a sentence: "the validation of epoch 3". */
  readonly name: Words;
  readonly run: () => Promise<T>;
  /** What follows from it, in the same turn of the event loop. */
  readonly done: (value: T) => void;
  /** It failed, and so did the tries after it. */
  readonly failed: (error: Error) => void;
  /** Pauses before each further try, in ms; without them it is tried once. */
  readonly retryAfterMs?: readonly number[];
  /** Whether another try may succeed after this error; without it, any may. */
  readonly mayPass?: (error: Error) => boolean;
};

export type Trouble = {
  readonly name: Words;
  readonly error: Error;
  /** Undefined if it is not tried again. */
  readonly retryMs: number | undefined;
};

/**
 * All asynchronous work in the keeper is started through here. Nothing that is started here can end unnoticed: a failed
 * try is reported, tried again after a pause, and in the end handled by `failed`.
 */
export class Supervisor implements Disposable {
  readonly #onTrouble: (trouble: Trouble) => void;
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();
  #disposed = false;

  constructor(onTrouble: (trouble: Trouble) => void) {
    this.#onTrouble = onTrouble;
  }

  start<T>(work: Work<T>): void {
    // #tryAll catches everything that it calls; an error of `onTrouble` itself must not end the process.
    this.#tryAll(work).catch((error: unknown) => console.error(error));
  }

  /** A step of a turn, on its own: an error is reported, and the steps after it still run. */
  async guard(name: Words, step: () => Promise<void> | void): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#onTrouble({ name, error: toError(error), retryMs: undefined });
    }
  }

  /** Work that waits for another try does not get one. */
  dispose(): void {
    this.#disposed = true;
    for (const [timer, wake] of this.#waiting) {
      clearTimeout(timer);
      wake();
    }
    this.#waiting.clear();
  }

  async #tryAll<T>(work: Work<T>): Promise<void> {
    for (let tries = 0; ; tries++) {
      const error = await this.#tryOnce(work);
      if (error === undefined) return;
      const retryMs = this.#retryMs(work, error, tries);
      this.#onTrouble({ name: work.name, error, retryMs });
      if (retryMs !== undefined) await this.#pause(retryMs);
      if (retryMs === undefined || this.#disposed) return this.#giveUp(work, error);
    }
  }

  #retryMs(
    { retryAfterMs = [], mayPass }: Pick<Work<unknown>, 'retryAfterMs' | 'mayPass'>,
    error: Error,
    tries: number,
  ): number | undefined {
    const isWorthIt = !this.#disposed && (mayPass?.(error) ?? true);
    return isWorthIt ? retryAfterMs[tries] : undefined;
  }

  async #tryOnce<T>({ run, done }: Work<T>): Promise<Error | undefined> {
    let value: T;
    try {
      value = await run();
    } catch (error) {
      return toError(error);
    }
    try {
      done(value);
    } catch (error) {
      // The work is done; only what follows from it failed, and another try would do the work twice.
      this.#onTrouble({ name: words('what follows'), error: toError(error), retryMs: undefined });
    }
    return undefined;
  }

  #giveUp<T>({ name, failed }: Work<T>, error: Error): void {
    try {
      failed(error);
    } catch (second) {
      this.#onTrouble({ name, error: toError(second), retryMs: undefined });
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(timer);
        resolve();
      }, ms);
      this.#waiting.set(timer, resolve);
    });
  }
}

/** Pauses for what a full disk, too many open files or a busy machine refuse for a moment. */
export const PASSING_MS: readonly number[] = [250, 1000, 4000];
const PASSING: ReadonlySet<string> = new Set([
  ...['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EDQUOT', 'EBUSY', 'EINTR', 'EIO', 'ETXTBSY'],
]);

/** Whether the system may allow later what it has refused now. */
export function isPassing(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && PASSING.has(code)) return true;
  return error.cause instanceof Error && isPassing(error.cause);
}

/** Work whose result is awaited, tried again after each pause; throws the error of the last try. */
export async function retrying<T>(work: () => Promise<T>, pausesMs: readonly number[]): Promise<T> {
  for (const pause of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(toError(error))) throw error;
      await sleep(pause);
    }
  }
  return work();
}
