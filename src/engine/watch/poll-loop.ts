import { toError } from '../../base/async';
import { type Disposable, DisposableStore, toDisposable } from '../../base/disposable';
import { watchPaths } from './chokidar';

/** chokidar drops a change within 50 ms of the last one, without a trailing event (chokidar#1455). */
const SETTLE_MS = 60;
const POLL_MS = 1000;
/** A log that grows all the time is polled this often: ten times a second is all that a chart shows. */
const BETWEEN_POLLS_MS = 100;

export type PollOptions = {
  readonly paths: readonly string[];
  readonly depth?: number;
  readonly ignored?: (path: string) => boolean;
  /** Reads to the end; returns whether anything was new. Never runs twice at once. */
  readonly poll: () => Promise<boolean>;
  /** Whether to poll once a second as well, for file systems without change events (network, container mounts). */
  readonly polls: () => boolean;
  readonly onError: (error: Error) => void;
};

/**
 * Polls whenever something may have changed: on every change event and 60 ms after it, 60 ms after each poll that found
 * something, and once a second. So a line is seen even if its own change had no event.
 */
export class PollLoop implements Disposable {
  readonly #store = new DisposableStore();
  readonly #options: PollOptions;
  #polling: Promise<void> | undefined;
  /** A poll that begins after the present one, for those who asked meanwhile. */
  #next: Promise<void> | undefined;
  #polledAt = Number.NEGATIVE_INFINITY;
  /** A poll before then may come too early for what the last event announced. */
  #unsettledUntil = 0;
  #settle: NodeJS.Timeout | undefined;

  constructor(options: PollOptions) {
    this.#options = options;
    if (options.paths.length > 0) this.watch(options.paths);
    const poll = setInterval(() => {
      // One that takes longer than a second would be followed by the next for ever.
      if (this.#polling === undefined && options.polls()) this.pollSoon();
    }, POLL_MS);
    this.#store.track(toDisposable(() => clearInterval(poll)));
    this.#store.track(toDisposable(() => clearTimeout(this.#settle)));
  }

  /** Watches further paths from now on. */
  watch(paths: readonly string[]): void {
    const { depth = 0, ignored, onError } = this.#options;
    const onChange = (): void => this.#pollTwice();
    this.#store.track(watchPaths({ paths, depth, onChange, onError, ...(ignored ? { ignored } : {}) }));
  }

  pollSoon(): void {
    // #pollOnce reports what a poll throws; only an error of `onError` itself comes here.
    this.pollNow().catch((error: unknown) => console.error(error));
  }

  /** Settles when everything that existed at the call has been read, however much comes meanwhile. */
  pollNow(): Promise<void> {
    if (this.#polling === undefined) {
      this.#polling = this.#run();
      return this.#polling;
    }
    this.#next ??= this.#polling.then(() => this.pollNow());
    return this.#next;
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** What is announced may not be whole yet, and a change within the next 50 ms is not announced at all. */
  #pollTwice(): void {
    const now = performance.now();
    this.#unsettledUntil = now + SETTLE_MS;
    if (now - this.#polledAt >= BETWEEN_POLLS_MS) this.pollSoon();
    this.#pollAgainSoon();
  }

  async #run(): Promise<void> {
    const found = await this.#pollOnce();
    if (found) this.#pollAgainSoon();
    this.#polling = undefined;
    this.#next = undefined;
  }

  async #pollOnce(): Promise<boolean> {
    if (this.#store.isDisposed) return false;
    this.#polledAt = performance.now();
    try {
      return await this.#options.poll();
    } catch (error) {
      this.#options.onError(toError(error));
      return false;
    }
  }

  #pollAgainSoon(): void {
    if (this.#store.isDisposed || this.#settle) return;
    const sincePoll = performance.now() - this.#polledAt;
    const delay = Math.max(SETTLE_MS, BETWEEN_POLLS_MS - sincePoll);
    this.#settle = setTimeout(() => {
      this.#settle = undefined;
      this.pollSoon();
      if (performance.now() < this.#unsettledUntil) this.#pollAgainSoon();
    }, delay);
  }
}
