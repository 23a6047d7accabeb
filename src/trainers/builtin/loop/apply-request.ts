import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseJson } from '../../../base/json';
import { type Words, words } from '../../../base/words';
import { weightsGroup } from '../../../domain/schedule/lr-changes';
import { describeLrChange } from '../../../domain/schedule/lr-preview';
import { type Schedule, targetAt } from '../../../domain/schedule/types';
import { type TrainerEventOf, zControlEvent } from '../../../run/events';
import { openToRead } from '../../../run/folder/read-file';
import type { AppliedLrChange, ControlRequest } from '../../../run/requests';

/** Requests that this trainer supports; `hello` lists them. */
export const ANSWERED_REQUESTS = ['lr', 'stop', 'stop_after_epoch', 'pause', 'close_mosaic'] as const;

/** The state of the loop between two steps. */
export type LoopPosition = {
  /** The next step. */
  readonly step: number;
  readonly epoch: number;
  /** As planned at first, and the changes since. */
  readonly planned: Schedule;
  readonly changes: readonly AppliedLrChange[];
  /** Who requests it. */
  readonly by: string;
};

export type RequestResult = {
  readonly ok: boolean;
  readonly said: Words;
  readonly applied?: AppliedLrChange;
  readonly leave?: Leave;
};

/** The loop ends: at once, or at the end of an epoch. */
export type Leave = { readonly reason: 'stopped' | 'paused' } & (
  | { readonly when: 'now' }
  | { readonly when: 'epoch'; readonly epoch: number }
);

/** The effect of a request at a step boundary. */
export function applyRequest(request: ControlRequest, at: LoopPosition): RequestResult {
  switch (request.type) {
    case 'lr':
      return changeLr(request, at);
    case 'stop':
      return {
        ok: true,
        said: words('stops before step {0}', at.step),
        leave: { reason: 'stopped', when: 'now' },
      };
    case 'stop_after_epoch':
      return {
        ok: true,
        said: words('stops at the end of epoch {0}', at.epoch),
        leave: { reason: 'stopped', when: 'epoch', epoch: at.epoch },
      };
    case 'pause':
      return pause(request, at);
    case 'close_mosaic':
      return { ok: true, said: words('mosaic and mixup are closed from step {0} on', at.step) };
    default:
      return { ok: false, said: words('the trainer cannot do {0}', request.type) };
  }
}

function pause({ epoch = 0 }: Extract<ControlRequest, { type: 'pause' }>, at: LoopPosition): RequestResult {
  if (epoch >= at.epoch)
    return {
      ok: true,
      said: words('pauses at the end of epoch {0}', epoch),
      leave: { reason: 'paused', when: 'epoch', epoch },
    };
  return {
    ok: true,
    said: words('pauses before step {0}', at.step),
    leave: { reason: 'paused', when: 'now' },
  };
}

function changeLr(request: Extract<ControlRequest, { type: 'lr' }>, at: LoopPosition): RequestResult {
  const { step, planned, changes, by } = at;
  const { mode, group } = request;
  const reference = group === undefined ? weightsGroup(planned) : planned.groups.indexOf(group);
  if (reference < 0) {
    const said = words(
      'there is no parameter group {0}: expected {1}',
      group ?? '',
      planned.groups.join(', '),
    );
    return { ok: false, said };
  }
  const target = targetAt(planned, step, reference);
  if (mode === 'scale' && !(target > 0))
    return {
      ok: false,
      said: words('the planned LR of step {0} is 0 and cannot be scaled: hold a value', step),
    };
  const { value = target } = request;
  const change: AppliedLrChange = { step, mode, value, ...(group !== undefined && { group }), by };
  return { ok: true, said: describeLrChange({ schedule: planned, changes, change }), applied: change };
}

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
