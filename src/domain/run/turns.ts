// Whose turn it is among runs that wait on one machine. The same for every process that asks, so that each can decide for itself.

import { type Words, words } from '../../base/words';

const TURN = words('waits for its turn');

/** What a waiting run says while only those before it keep it from its turn; `place`: from 1, once it is known. */
export const waitingWords = (place?: number): Words =>
  place === undefined ? TURN : words('waits for its turn: place {0} in the queue', place);

/** Whether it says that and no more. */
export const isWaitingWords = ({ template }: Words): boolean =>
  [waitingWords(), waitingWords(1)].some((one) => one.template === template);

/** Places for runs that train at once; with devices each has one, by its number for CUDA. */
export type Slots = { readonly parallel: number; readonly devices: readonly string[] };

/** What a run got when its turn came; without slots neither. */
export type Turn = {
  readonly slot?: number | undefined;
  /** The device of the slot, if the experiment names none. */
  readonly device?: string | undefined;
};

/** A run that goes on, or would. `device`: as its experiment says. */
export type Contender = { readonly device: string; readonly turn?: Turn | undefined };

/** For each run that waits, in order: what it gets if its turn has come, else undefined. */
export function turnsOf(
  going: readonly Contender[],
  waiting: readonly Contender[],
  slots: Slots | undefined,
): (Turn | undefined)[] {
  return slots ? turnsInSlots(going, waiting, slots) : turnsByDevice(going, waiting);
}

/** A run begins when none that goes on or waits before it may use its device. */
function turnsByDevice(going: readonly Contender[], waiting: readonly Contender[]): (Turn | undefined)[] {
  return waiting.map((one, i) => {
    const before = [...going, ...waiting.slice(0, i)];
    return before.some((other) => shareDevice(one.device, other.device)) ? undefined : {};
  });
}

/** Whether two runs may use the same device: `auto` may be any. */
export function shareDevice(one: string, other: string): boolean {
  const [mine, theirs] = [devicesIn(one), devicesIn(other)];
  return mine.length === 0 || theirs.length === 0 || mine.some((device) => theirs.includes(device));
}

/** The devices that a text names: `cuda:0` is `0`; none for `auto`. */
export function devicesIn(text: string): string[] {
  const names = text.split(',').map((one) => one.trim().replace(/^cuda:/, ''));
  return names.filter((name) => name !== '' && name !== 'auto');
}

function turnsInSlots(
  going: readonly Contender[],
  waiting: readonly Contender[],
  slots: Slots,
): (Turn | undefined)[] {
  const free = new Set(Array.from({ length: slots.parallel }, (_, n) => n));
  const [apart, inSlots] = [true, false].map((is) => going.filter((one) => isApart(one, slots) === is));
  const holdsOwn = ({ turn }: Contender): boolean => turn?.slot !== undefined && free.has(turn.slot);
  // What was started by hand holds one all the same, and so does a run whose slot is no more.
  for (const one of inSlots.toSorted((a, b) => Number(holdsOwn(b)) - Number(holdsOwn(a))))
    hold(free, one, slots);
  return waiting.map((one) => {
    if (!isApart(one, slots)) return take(free, one, slots);
    const isFree = !apart.some((other) => shareDevice(one.device, other.device));
    apart.push(one);
    return isFree ? {} : undefined;
  });
}

/** With more devices than slots the last ones have none. */
const devicesOf = ({ parallel, devices }: Slots): readonly string[] => devices.slice(0, parallel);

const namedIn = (device: string, slots: Slots): string[] =>
  devicesIn(device).filter((name) => devicesOf(slots).includes(name));

/** It names devices that have no slot, such as the CPU: only those that name them too are in its way. */
function isApart({ device }: Contender, slots: Slots): boolean {
  const hasDevices = devicesOf(slots).length > 0;
  return hasDevices && devicesIn(device).length > 0 && namedIn(device, slots).length === 0;
}

/** The slots of a run that goes on are not free: its own, and one for each further device that it names. */
function hold(free: Set<number>, { device, turn }: Contender, slots: Slots): void {
  const own = turn?.slot !== undefined && free.delete(turn.slot) ? turn.slot : undefined;
  const named = namedIn(device, slots);
  if (own === undefined && named.length === 0) takeFirst(free, slots);
  const rest = own === undefined ? named : named.filter((name) => name !== deviceOf(slots, own));
  for (const n of slotsNamed(free, rest, slots)) free.delete(n ?? -1);
}

/** The first free slot of each device; undefined if all of them are taken. */
const slotsNamed = (free: ReadonlySet<number>, named: readonly string[], slots: Slots) =>
  named.map((name) => [...free].find((n) => deviceOf(slots, n) === name));

/**
 * Takes the slots of the devices that a run names, else the first that is free. One that names several and cannot have all keeps
 * those that are free from the runs behind it.
 */
function take(free: Set<number>, { device }: Contender, slots: Slots): Turn | undefined {
  const named = namedIn(device, slots);
  if (named.length === 0) return takeFirst(free, slots);
  const found = slotsNamed(free, named, slots).filter((n) => n !== undefined);
  for (const n of found) free.delete(n);
  return found.length === named.length ? { slot: found[0] } : undefined;
}

function takeFirst(free: Set<number>, slots: Slots): Turn | undefined {
  const [slot] = free;
  if (slot === undefined) return undefined;
  free.delete(slot);
  const device = deviceOf(slots, slot);
  return { slot, ...(device !== undefined && { device }) };
}

/** Fewer devices than slots are shared by several. */
const deviceOf = ({ devices }: Slots, slot: number): string | undefined => devices[slot % devices.length];
