import { words } from '../../base/words';
import type { Alarm } from './alarm';

/** How long a run has been silent, judged by its own rhythm. */
export type Silence = {
  readonly stalled: boolean;
  readonly silentMs: number;
  readonly limitMs: number;
};

export type Rhythm = {
  /** Something was written at `now` (of a clock that stops while the machine sleeps). */
  beat(now: number): void;
  /** An epoch has ended: its longer pause (checkpoint, own validation) is part of the rhythm from now on. */
  epochEnded(): void;
  silence(now: number): Silence;
};

const SHORTEST_LIMIT_MS = 15_000;
/** Before the first whole epoch, it is not known how long this run is silent between epochs. */
const FIRST_EPOCH_LIMIT_MS = 300_000;
const FACTOR = 5;
/** The longest gap fades, so that one long sleep does not hide stalls for ever. */
const FADE = 0.999;

/** A run is stalled when it is silent five times longer than its longest recent gap, and at least 15 s. */
export function createRhythm(): Rhythm {
  let last: number | undefined;
  let longest = 0;
  let epochs = 0;
  const limit = (): number =>
    epochs < 2
      ? Math.max(FIRST_EPOCH_LIMIT_MS, FACTOR * longest)
      : Math.max(SHORTEST_LIMIT_MS, FACTOR * longest);
  return {
    beat(now) {
      if (last !== undefined) longest = Math.max(longest * FADE, now - last);
      last = now;
    },
    epochEnded() {
      epochs++;
    },
    silence(now) {
      const silentMs = last === undefined ? 0 : now - last;
      const limitMs = limit();
      return { stalled: silentMs > limitMs, silentMs, limitMs };
    },
  };
}

export function stallAlarm({ silentMs, limitMs }: Silence): Alarm {
  const [seconds, longest] = [silentMs / 1000, limitMs / 5000].map(Math.round);
  const said = words(
    'no sign of the trainer for {0} s; its longest pause before was {1} s',
    seconds,
    longest,
  );
  return {
    rule: 'stall',
    severity: 'warning',
    said,
    next: words('look at its output; a trainer that hangs is ended by Stop'),
    action: 'open_log',
    numbers: { seconds, limitSeconds: Math.round(limitMs / 1000) },
  };
}
