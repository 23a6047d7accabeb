import type { Disposable } from './disposable';

/** Something that is done again and again, with a pause after each time; what is asked for meanwhile is done once, after it. */
export class Spaced implements Disposable {
  readonly #act: () => void;
  #last = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(act: () => void) {
    this.#act = act;
  }

  /** At once, or when so many milliseconds have passed since the last time. */
  after(pauseMs: number): void {
    const wait = this.#last + pauseMs - performance.now();
    if (wait <= 0) this.now();
    else this.#timer ??= setTimeout(() => this.now(), wait);
  }

  now(): void {
    this.dispose();
    this.#last = performance.now();
    this.#act();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
