// Whose turn it is among runs that wait on one machine. The same for every process that asks, so that each can decide for itself.

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

/** The devices that an experiment names: `cuda:0` is `0`; none for `auto`. */
function devicesIn(text: string): string[] {
  const names = text.split(',').map((one) => one.trim().replace(/^cuda:/, ''));
  return names.filter((name) => name !== '' && name !== 'auto');
}

function turnsInSlots(
  going: readonly Contender[],
  waiting: readonly Contender[],
  slots: Slots,
): (Turn | undefined)[] {
  const free = new Set(Array.from({ length: slots.parallel }, (_, n) => n));
  const inSlots = going.filter(({ turn }) => turn?.slot !== undefined);
  for (const { turn } of inSlots) free.delete(turn?.slot ?? -1);
  // What was started by hand holds a slot all the same.
  for (const one of going) if (!inSlots.includes(one)) take(free, one, slots);
  return waiting.map((one) => take(free, one, slots));
}

/**
 * Takes the slots of the devices that a run names, else the first that is free. One that names several and cannot have all keeps
 * those that are free from the runs behind it.
 */
function take(free: Set<number>, { device }: Contender, slots: Slots): Turn | undefined {
  const named = devicesIn(device).filter((name) => slots.devices.includes(name));
  if (named.length === 0) return takeFirst(free, slots);
  const wanted = named.map((name) => [...free].find((n) => deviceOf(slots, n) === name));
  const found = wanted.filter((n) => n !== undefined);
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
