import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseJson } from '../../../base/json';
import { type TrainerEventOf, zControlEvent } from '../../../run/events';
import { openToRead } from '../../../run/folder/read-file';
import type { AppliedLrChange } from '../../../run/requests';

/** What was changed during the run; a resume applies it again. */
export type InFlight = {
  readonly lrChanges: readonly AppliedLrChange[];
  /** From this step on mosaic and mixup are off by request. */
  readonly mosaicClosedFrom: number | undefined;
};

export const NOTHING_IN_FLIGHT: InFlight = { lrChanges: [], mosaicClosedFrom: undefined };

/** The permanent change of an answered request, added to the earlier changes. */
export function addControl(before: InFlight, event: Omit<TrainerEventOf<'control'>, 't'>): InFlight {
  if (!event.ok) return before;
  const lrChanges = event.applied ? [...before.lrChanges, event.applied] : before.lrChanges;
  if (event.requested?.type !== 'close_mosaic') return { ...before, lrChanges };
  return { lrChanges, mosaicClosedFrom: Math.min(event.step, before.mosaicClosedFrom ?? event.step) };
}

/** Reads back from events.jsonl what earlier attempts changed; lines that cannot be read change nothing. */
export async function readInFlight(eventsFile: string): Promise<InFlight> {
  if (!existsSync(eventsFile)) return NOTHING_IN_FLIGHT;
  let inFlight = NOTHING_IN_FLIGHT;
  const input = (await openToRead(eventsFile)).createReadStream({ encoding: 'utf8' });
  for await (const line of createInterface({ input })) {
    // A long run has a million other lines: only these are parsed.
    if (!line.includes('"control"')) continue;
    const parsed = zControlEvent.safeParse(parseJson(line));
    if (parsed.success) inFlight = addControl(inFlight, parsed.data);
  }
  return inFlight;
}
