import { expect, it } from 'vitest';
import { judgeOutcome, type OutcomeInput } from '../../../src/keeper/outcome';

const end = (reason: 'failed' | 'completed' | 'diverged'): OutcomeInput['end'] => ({
  type: 'end',
  t: 1,
  reason,
  step: 0,
  message: 'KeyboardInterrupt',
});

function check(input: Partial<OutcomeInput>, state: string): void {
  const rest = { end: undefined, exit: { exitCode: 1, signal: null }, cause: undefined, lastWords: '' };
  expect(judgeOutcome({ ...rest, ...input }).state).toBe(state);
}

it('a trainer that was asked to stop and calls the interruption a failure is stopped', () =>
  check({ end: end('failed'), cause: { kind: 'asked' } }, 'stopped'));

it('a failure without a request is one', () => check({ end: end('failed') }, 'failed'));

it('what a trainer reached before it was stopped counts', () => {
  check({ end: end('completed'), cause: { kind: 'asked' } }, 'completed');
  check({ end: end('diverged'), cause: { kind: 'asked' } }, 'diverged');
});

it('without a word of the trainer the request counts, then how the process ended', () => {
  check({ cause: { kind: 'asked' } }, 'stopped');
  check({}, 'failed');
});
