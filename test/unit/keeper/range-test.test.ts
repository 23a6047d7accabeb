import { describe, expect, it } from 'vitest';
import { inEnglish, words } from '../../../src/base/words';
import { RangeTest } from '../../../src/keeper/range-test';
import type { TrainerEventOf } from '../../../src/run/events';

const hello: TrainerEventOf<'hello'> = {
  ...{ type: 'hello', t: 1, trainer: 'builtin', pid: 1, attempt: 1, fromStep: 0 },
  ...{ groups: ['bias', 'weights'], knobs: [] },
};

/** A test of 128 steps whose loss falls around 0.01 and is not a number above 0.3. */
function heard(): RangeTest {
  const test = new RangeTest();
  test.add(hello);
  for (let step = 0; step < 128; step++) {
    const lr = 1e-5 * 1e5 ** (step / 127);
    const total = lr > 0.3 ? Number.NaN : 6 - 4 / (1 + Math.exp(-3 * (Math.log10(lr) + 2)));
    test.add({ type: 'step', t: step, step, epoch: 1, lr: [9, lr], loss: { total } });
  }
  return test;
}

describe('a range test', () => {
  it('that blew up has done its work, and its answer is its reason', () => {
    const diverged = { state: 'diverged', reason: words('the total loss is NaN'), exitCode: 1 } as const;
    const { state, reason } = heard().conclude(diverged);
    expect(state).toBe('completed');
    expect(reason && inEnglish(reason)).toMatch(
      /^The loss falls fastest at .* blows up at 0\.3\d?\. lr0 0\.0\d+ is a quarter of that/,
    );
  });

  it('that failed or was stopped has not', () => {
    for (const state of ['failed', 'stopped', 'paused'] as const)
      expect(heard().conclude({ state, reason: words('r') })).toEqual({ state, reason: words('r') });
  });
});
