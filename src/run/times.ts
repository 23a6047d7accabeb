import type { StatusFile } from './files';

const DAY_MS = 86_400_000;
/** 2000-01-01: no run is older. */
const EARLIEST_MS = 946_684_800_000;

/** A time of a file, Unix ms; undefined if it cannot be one. Clocks of machines that share a folder may be a day apart. */
export function knownTime(t: number, now = Date.now()): number | undefined {
  return t >= EARLIEST_MS && t <= now + DAY_MS ? t : undefined;
}

type Created = { readonly created: number };

/** What claims to be of the future is the oldest. */
export function newestFirst(a: Created, b: Created): number {
  const now = Date.now();
  const [left, right] = [a, b].map(({ created }) => (created > now + DAY_MS ? 0 : created));
  return right - left;
}

/**
 * When a run ended, Unix ms; of one that goes on, when it was last seen. Earlier versions did not write it: it is the time of
 * the `end` event then, else of the last heartbeat, which every later keeper of the run moves.
 */
export function endOf(
  status: Pick<StatusFile, 'endedAt' | 'heartbeat'> | undefined,
  end?: { readonly t: number },
): number | undefined {
  return status?.endedAt ?? end?.t ?? status?.heartbeat;
}

/** How long a run took until then, hours; undefined if that cannot be known. */
export function hoursOf({ created }: Created, status: StatusFile | undefined): number | undefined {
  const [from, to] = [knownTime(created), endOf(status)];
  return from === undefined || to === undefined ? undefined : (to - from) / 3_600_000;
}
