import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Deferred, deferred } from '../../../../src/base/async';
import { PollLoop } from '../../../../src/engine/watch/poll-loop';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function openLoop() {
  const polls: Deferred<boolean>[] = [];
  const loop = new PollLoop({
    paths: [],
    poll: () => {
      const poll = deferred<boolean>();
      polls.push(poll);
      return poll.promise;
    },
    polls: () => true,
    onError: (error) => expect.unreachable(error.message),
  });
  const end = async (i: number): Promise<void> => {
    polls[i].resolve(false);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { loop, polls, end };
}

it('answers who waits for a poll, also if it takes longer than the pause between two', async () => {
  const { loop, end } = openLoop();
  let isRead = false;
  const reading = loop.pollNow().then(() => {
    isRead = true;
  });
  await vi.advanceTimersByTimeAsync(1500);
  await end(0);
  expect(isRead).toBe(true);
  loop.dispose();
  await reading;
});

it('reads once more for all who asked during a poll: what they mean may have come after it began', async () => {
  const { loop, polls, end } = openLoop();
  const order: string[] = [];
  const reads = ['first', 'second', 'third'].map((name) => loop.pollNow().then(() => order.push(name)));
  expect(polls).toHaveLength(1);
  await end(0);
  expect([order, polls.length]).toEqual([['first'], 2]);
  await end(1);
  expect([order, polls.length]).toEqual([['first', 'second', 'third'], 2]);
  loop.dispose();
  await Promise.all(reads);
});
