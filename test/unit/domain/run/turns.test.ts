import { describe, expect, it } from 'vitest';
import { type Contender, type Slots, turnsOf } from '../../../../src/domain/run/turns';

const on = (...devices: readonly string[]): Contender[] => devices.map((device) => ({ device }));

/** Slots of the runs that may begin, `no` for those that wait on. */
function check(going: readonly Contender[], waiting: readonly string[], slots?: Slots) {
  const turns = turnsOf(going, on(...waiting), slots);
  return turns.map((turn) => (turn ? (turn.device ?? turn.slot ?? 'yes') : 'no'));
}

describe('without slots', () => {
  it('one after the other on a device that may be any', () => {
    expect(check([], ['auto', 'auto'])).toEqual(['yes', 'no']);
    expect(check(on('auto'), ['auto', '1'])).toEqual(['no', 'no']);
    expect(check(on('0'), ['', '1'])).toEqual(['no', 'no']);
  });

  it('runs that name different devices do not wait for each other', () => {
    expect(check(on('cuda:0'), ['1', '0', 'cpu'])).toEqual(['yes', 'no', 'yes']);
    expect(check(on('0'), ['0,1', '1'])).toEqual(['no', 'no']);
  });
});

describe('with slots', () => {
  const two: Slots = { parallel: 2, devices: ['2', '3'] };

  it('as many at once as there are, each with its device, in order', () => {
    expect(check([], ['auto', 'auto', 'auto'], two)).toEqual(['2', '3', 'no']);
    expect(check([{ device: 'auto', turn: { slot: 0, device: '2' } }], ['auto', 'auto'], two)).toEqual([
      '3',
      'no',
    ]);
  });

  it('a run that names a device gets its slot, and keeps that device as it is written', () => {
    expect(check([], ['3', 'auto', '3'], two)).toEqual([1, '2', 'no']);
    expect(check(on('3'), ['auto', 'auto'], two)).toEqual(['2', 'no']);
  });

  it('a run of several devices is not passed for ever by runs of one', () => {
    expect(check([{ device: '2', turn: { slot: 0 } }], ['2,3', 'auto'], two)).toEqual(['no', 'no']);
    expect(check([], ['2,3', 'auto'], two)).toEqual([0, 'no']);
  });

  it('what was started by hand holds one, and so does a run whose slot was taken away', () => {
    expect(check(on('auto'), ['auto', 'auto'], two)).toEqual(['3', 'no']);
    expect(check([{ device: 'auto', turn: { slot: 7 } }], ['auto', 'auto'], two)).toEqual(['3', 'no']);
    const one: Slots = { parallel: 1, devices: [] };
    expect(check([{ device: 'auto', turn: { slot: 1 } }], ['auto'], one)).toEqual(['no']);
    expect(check(on('auto'), ['auto', 'auto', 'auto'], { parallel: 3, devices: [] })).toEqual([1, 2, 'no']);
  });

  it('a run of several devices holds the slot of each', () => {
    expect(check([{ device: '2,3', turn: { slot: 0 } }], ['auto', '3'], two)).toEqual(['no', 'no']);
    expect(check([{ device: '2,3', turn: { slot: 0 } }, ...on('auto')], ['auto'], two)).toEqual(['no']);
  });

  it('a run of a device without a slot takes none, and waits for those of its device alone', () => {
    expect(check([], ['cpu', '7', 'auto', 'auto'], two)).toEqual(['yes', 'yes', '2', '3']);
    expect(check(on('cpu', 'auto'), ['cpu', 'auto', 'auto'], two)).toEqual(['no', '3', 'no']);
    expect(check([], ['1', 'auto'], { parallel: 1, devices: ['0', '1'] })).toEqual(['yes', '0']);
  });
});
