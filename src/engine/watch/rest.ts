/** Milliseconds, of which only differences count. */
export type Clock = {
  readonly now: () => number;
  /** That this process has worked, on all cores. */
  readonly worked: () => number;
};

const OWN_CLOCK: Clock = {
  now: () => performance.now(),
  worked: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** Nothing rests for longer: what it waits for may be a person's. */
const MOST_MS = 60_000;

/**
 * Work that is done again and again takes at most a share of a core: after each piece it rests for as long as that piece was worth.
 * What the process does beside it counts as well, so that the share is never more.
 */
export class Rest {
  readonly #share: number;
  readonly #clock: Clock;
  #until = Number.NEGATIVE_INFINITY;

  /** `share`: of one core, between 0 and 1. */
  constructor(share: number, clock: Clock = OWN_CLOCK) {
    this.#share = share;
    this.#clock = clock;
  }

  /** Milliseconds until the next piece; 0 if it may begin. */
  get ms(): number {
    return Math.max(0, this.#until - this.#clock.now());
  }

  async after<T>(work: () => Promise<T>): Promise<T> {
    const { now, worked } = this.#clock;
    const before = worked();
    try {
      return await work();
    } finally {
      const cost = worked() - before;
      this.#until = now() + Math.min(MOST_MS, cost * (1 / this.#share - 1));
    }
  }
}
