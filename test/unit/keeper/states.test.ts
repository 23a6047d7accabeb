import { describe, expect, it } from 'vitest';
import { words } from '../../../src/base/words';
import { type KeeperEvent, type KeeperState, keeperTransition } from '../../../src/keeper/keeper-state';
import type { StopCause } from '../../../src/keeper/outcome';
import type { TrainerProcess } from '../../../src/keeper/trainer-process';
import {
  type TrainerState,
  type TrainerTransition,
  trainerTransition,
} from '../../../src/keeper/trainer-state';
import {
  epochOf,
  type ValidationEvent,
  type ValidationState,
  validationTransition,
} from '../../../src/keeper/validation-state';

// Every pair of a state and an event: the next state, or `same` if the event means nothing. The tables are keyed by the
// kinds themselves, so that a new state or event does not compile before it has its cells.

type Cells<S extends { kind: string }, E extends { kind: string }> = Readonly<
  Record<S['kind'], Readonly<Record<E['kind'], S | 'same'>>>
>;

function walk<S extends { kind: string }, E extends { kind: string }>(
  states: { readonly [K in S['kind']]: S },
  events: { readonly [K in E['kind']]: E },
  rules: { readonly cells: Cells<S, E>; readonly transition: (state: S, event: E) => S },
): void {
  for (const state of Object.values<S>(states))
    for (const event of Object.values<E>(events)) {
      const expected = rules.cells[state.kind as S['kind']][event.kind as E['kind']];
      const name = `${state.kind} + ${event.kind}`;
      const got = rules.transition(state, event);
      if (expected === 'same') expect(got, name).toBe(state);
      else expect(got, name).toEqual(expected);
    }
}

describe('the trainer of a run', () => {
  const trainer: TrainerProcess = {
    identity: { pid: 7, started: '1', boot: 'b', host: 'h', pidns: 'n' },
    attempt: 2,
    adopted: false,
    ended: new Promise(() => undefined),
    alive: () => true,
  };
  const living = { trainer, startedAt: 5 };
  const asked: StopCause = { kind: 'asked' };
  const early: StopCause = { kind: 'early', said: words('rests') };
  const exit = { exitCode: 0, signal: null };
  const outcome = { state: 'completed' as const };
  const stopped = { state: 'stopped' as const };
  const gone = { ...living, exit, cause: asked };
  const states: { readonly [K in TrainerState['kind']]: TrainerState } = {
    unknown: { kind: 'unknown' },
    starting: { kind: 'starting', attempt: 2, cause: undefined },
    living: { kind: 'living', ...living },
    stopping: { kind: 'stopping', ...living, cause: asked, hurry: false },
    exited: { kind: 'exited', ...gone },
    settling: { kind: 'settling', ...gone },
    over: { kind: 'over', outcome, cause: asked, attempt: 2 },
  };
  const events: { readonly [K in TrainerTransition['kind']]: TrainerTransition } = {
    start: { kind: 'start', attempt: 3 },
    started: { kind: 'started', ...living },
    stop: { kind: 'stop', cause: early },
    exit: { kind: 'exit', exit },
    settle: { kind: 'settle' },
    drop: { kind: 'drop', outcome: stopped },
    judged: { kind: 'judged', outcome },
  };
  const none: Readonly<Record<TrainerTransition['kind'], 'same'>> = {
    start: 'same',
    started: 'same',
    stop: 'same',
    exit: 'same',
    settle: 'same',
    drop: 'same',
    judged: 'same',
  };
  const cells: Cells<TrainerState, TrainerTransition> = {
    unknown: {
      ...none,
      start: { kind: 'starting', attempt: 3, cause: undefined },
      started: { kind: 'living', ...living },
      judged: { kind: 'over', outcome, cause: undefined, attempt: undefined },
    },
    starting: {
      ...none,
      started: { kind: 'living', ...living },
      stop: { kind: 'starting', attempt: 2, cause: early },
      judged: { kind: 'over', outcome, cause: undefined, attempt: 2 },
    },
    living: {
      ...none,
      stop: { kind: 'stopping', ...living, cause: early, hurry: false },
      exit: { kind: 'exited', ...living, exit, cause: undefined },
    },
    stopping: {
      ...none,
      stop: { kind: 'stopping', ...living, cause: asked, hurry: true },
      exit: { kind: 'exited', ...gone },
    },
    exited: { ...none, settle: { kind: 'settling', ...gone } },
    settling: {
      ...none,
      start: { kind: 'starting', attempt: 3, cause: asked },
      judged: { kind: 'over', outcome, cause: asked, attempt: 2 },
    },
    // A rewind starts it again.
    over: { ...none, start: { kind: 'starting', attempt: 3, cause: undefined } },
  };

  it('goes from state to state as the table says', () =>
    walk(states, events, { cells, transition: trainerTransition }));

  it('ends a run that is paused by another word, and none that has ended', () => {
    const paused: TrainerState = { kind: 'over', outcome: { state: 'paused' }, cause: undefined, attempt: 2 };
    expect(trainerTransition(paused, events.drop)).toEqual({ ...paused, outcome: stopped });
  });

  it('keeps a stop that came while it was being started', () => {
    const waiting = trainerTransition(states.starting, events.stop);
    expect(trainerTransition(waiting, events.stop)).toBe(waiting);
    expect(trainerTransition(waiting, events.started)).toEqual({
      ...{ kind: 'stopping', ...living, cause: early, hurry: false },
    });
  });

  it('is in no greater hurry than once', () => {
    const hurried = trainerTransition(states.stopping, events.stop);
    expect(trainerTransition(hurried, events.stop)).toBe(hurried);
  });
});

describe('the validation of a run', () => {
  const states: { readonly [K in ValidationState['kind']]: ValidationState } = {
    free: { kind: 'free' },
    validating: { kind: 'validating', epoch: 3 },
    comparing: { kind: 'comparing', epoch: 3, before: 2 },
    ended: { kind: 'ended' },
  };
  const events: { readonly [K in ValidationEvent['kind']]: ValidationEvent } = {
    start: { kind: 'start', epoch: 4 },
    validated: { kind: 'validated', isComparable: true, before: 2 },
    failed: { kind: 'failed' },
    compared: { kind: 'compared' },
    end: { kind: 'end' },
  };
  const none = { start: 'same', validated: 'same', failed: 'same', compared: 'same' } as const;
  const end: ValidationState = { kind: 'ended' };
  const cells: Cells<ValidationState, ValidationEvent> = {
    free: { ...none, start: { kind: 'validating', epoch: 4 }, end },
    validating: { ...none, validated: states.comparing, failed: states.free, end },
    comparing: { ...none, compared: states.free, end },
    ended: { ...none, end: 'same' },
  };

  it('goes from state to state as the table says', () =>
    walk(states, events, { cells, transition: validationTransition }));

  it('compares only boxes, and knows which checkpoint it has at hand', () => {
    expect(
      validationTransition(states.validating, { kind: 'validated', isComparable: false, before: 2 }),
    ).toEqual(states.free);
    expect(Object.values(states).map(epochOf)).toEqual([undefined, 3, 3, undefined]);
  });
});

describe('the keeper of a run', () => {
  const states: { readonly [K in KeeperState['kind']]: KeeperState } = {
    keeping: { kind: 'keeping' },
    leaving: { kind: 'leaving' },
    abandoning: { kind: 'abandoning' },
    closing: { kind: 'closing', end: 'left' },
    over: { kind: 'over', end: 'done' },
  };
  const events: { readonly [K in KeeperEvent['kind']]: KeeperEvent } = {
    leave: { kind: 'leave' },
    gone: { kind: 'gone' },
    done: { kind: 'done' },
    turn: { kind: 'turn' },
    closed: { kind: 'closed' },
  };
  const none = { leave: 'same', gone: 'same', done: 'same', turn: 'same', closed: 'same' } as const;
  const gone: KeeperState = { kind: 'abandoning' };
  const cells: Cells<KeeperState, KeeperEvent> = {
    keeping: { ...none, gone, leave: { kind: 'leaving' }, done: { kind: 'closing', end: 'done' } },
    leaving: { ...none, gone, turn: { kind: 'closing', end: 'left' } },
    abandoning: { ...none, done: { kind: 'closing', end: 'gone' } },
    closing: { ...none, closed: { kind: 'over', end: 'left' } },
    over: none,
  };

  it('goes from state to state as the table says', () =>
    walk(states, events, { cells, transition: keeperTransition }));
});
