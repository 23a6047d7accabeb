import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PollLoop } from '../../../../src/engine/watch/poll-loop';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function loopOf(pollMs: number) {
  let begun = 0;
  const loop = new PollLoop({
    paths: [],
    poll: async () => {
      begun++;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      return false;
    },
    polls: () => true,
    onError: (error) => expect.unreachable(error.message),
  });
  return { loop, begun: () => begun };
}

it('answers whoever waits for a poll, also if each takes longer than the pause between two', async () => {
  const { loop } = loopOf(1500);
  let isRead = false;
  const reading = loop.pollNow().then(() => {
    isRead = true;
  });
  await vi.advanceTimersByTimeAsync(1600);
  expect(isRead).toBe(true);
  loop.dispose();
  await reading;
});

it('reads once more for all who asked during a poll: what they mean may have come after it began', async () => {
  const { loop, begun } = loopOf(300);
  const order: string[] = [];
  const reads = [loop.pollNow().then(() => order.push('first'))];
  await vi.advanceTimersByTimeAsync(100);
  for (const name of ['second', 'third']) reads.push(loop.pollNow().then(() => order.push(name)));
  await vi.advanceTimersByTimeAsync(250);
  expect([order, begun()]).toEqual([['first'], 2]);
  await vi.advanceTimersByTimeAsync(300);
  expect([order, begun()]).toEqual([['first', 'second', 'third'], 2]);
  loop.dispose();
  await Promise.all(reads);
});
