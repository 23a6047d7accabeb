import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Lowest priority, before any other thread is made: later ones inherit it. On Linux priority belongs to a thread, so the
 * threads that Node started before are lowered too.
 */
export function yieldToOthers(): void {
  setPriority(constants.priority.PRIORITY_LOW);
  if (process.platform !== 'linux') return;
  for (const thread of readdirSync('/proc/self/task')) lower(Number(thread));
}

/** A thread may be gone by now, which is as well. */
function lower(thread: number): boolean {
  try {
    setPriority(thread, constants.priority.PRIORITY_LOW);
    return true;
  } catch {
    return false;
  }
}
