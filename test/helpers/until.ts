import { setTimeout } from 'node:timers/promises';

/**
 * Long enough for a machine with forty times the load that it has cores for, also for a validator, which has the lowest
 * priority: beside eight busy loops one took over two minutes. It limits the wait for what never comes, and measures nothing.
 */
const PATIENCE_MS = 400_000;
const LOOK_MS = 20;

/**
 * Waits until something holds, checking again and again: the only place in which a test waits. Fails with the text of
 * `say` at that moment.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  say: () => string = () => holds.toString(),
  withinMs = PATIENCE_MS,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs / 1000} s in vain: ${say()}`);
    await setTimeout(LOOK_MS);
  }
}

/** The rhythm of a stimulus: time between two acts of a test, never a wait for what follows from them. */
export async function pace(ms: number): Promise<void> {
  await setTimeout(ms);
}

/** Lets everything that is due now happen: messages, timers of no delay, promises. */
export async function nextTurn(): Promise<void> {
  await setTimeout(0);
}
