import { words } from '../../base/words';
import type { Alarm } from './alarm';

/** How long a run has been silent, judged by its own rhythm. */
export type Silence = {
  readonly stalled: boolean;
  readonly silentMs: number;
  readonly limitMs: number;
  /** The longest pause of late. */
  readonly longestMs: number;
};

export type Rhythm = {
  /** Something was written at `now` (of a clock that stops while the machine sleeps). */
  beat(now: number): void;
  /** The end of an epoch is in what the next beat stands for: its longer pause (checkpoint, own validation) is part of the rhythm. */
  epochEnded(): void;
  silence(now: number): Silence;
};

const SHORTEST_LIMIT_MS = 15_000;
/** Before the first whole epoch, it is not known how long this run is silent between epochs. */
const FIRST_EPOCH_LIMIT_MS = 300_000;
const FACTOR = 5;
/** What is read first may have been written long before, all at once: epochs of which no pause was seen. */
const CATCH_UP_MS = 5000;
/** The longest gap fades, so that one long sleep does not hide stalls for ever. */
const FADE = 0.999;

/** A run is stalled when it is silent five times longer than its longest recent gap, and at least 15 s. */
export function createRhythm(): Rhythm {
  let first: number | undefined;
  let last: number | undefined;
  let longest = 0;
  let epochs = 0;
  let hasEnded = false;
  const limit = (): number =>
    epochs < 2
      ? Math.max(FIRST_EPOCH_LIMIT_MS, FACTOR * longest)
      : Math.max(SHORTEST_LIMIT_MS, FACTOR * longest);
  return {
    beat(now) {
      if (last !== undefined) longest = Math.max(longest * FADE, now - last);
      last = now;
      first ??= now;
      // Several that are read together show no pause between them.
      if (hasEnded && now - first >= CATCH_UP_MS) epochs++;
      hasEnded = false;
    },
    epochEnded() {
      hasEnded = true;
    },
    silence(now) {
      const silentMs = last === undefined ? 0 : now - last;
      const limitMs = limit();
      return { stalled: silentMs > limitMs, silentMs, limitMs, longestMs: longest };
    },
  };
}

/** `isOurs`: the trainer can be ended by a request; one that is only read cannot. */
export function stallAlarm({ silentMs, limitMs, longestMs }: Silence, isOurs: boolean): Alarm {
  const seconds = Math.round(silentMs / 1000);
  const longest = Number((longestMs / 1000).toPrecision(2));
  const said = words(
    'no sign of the trainer for {0} s; its longest pause before was {1} s',
    seconds,
    longest,
  );
  return {
    rule: 'stall',
    severity: 'warning',
    said,
    next: isOurs
      ? words('look at its output; a trainer that hangs is ended by Stop')
      : words('look at its output'),
    ...(isOurs && { action: 'open_log' as const }),
    numbers: { seconds, limitSeconds: Math.round(limitMs / 1000) },
  };
}
