import { expect, it } from 'vitest';
import { standingRequest } from '../../../../src/engine/control/ask-again';
import type { ControlRequest } from '../../../../src/run/requests';
import type { RunState } from '../../../../src/run/state';

type Asked = { readonly t: number; readonly request: ControlRequest; readonly ok?: boolean };

const standing = (asked: readonly Asked[], end?: 'paused' | 'stopped', epochs: readonly number[] = []) =>
  standingRequest({
    checkpoints: new Map(epochs.map((epoch) => [epoch, {}])) as unknown as RunState['checkpoints'],
    hello: { t: 10 } as RunState['hello'],
    end: end && ({ type: 'end', reason: end } as RunState['end']),
    keeper: asked.map(({ t, request, ok = true }) => ({
      type: 'answer',
      id: '',
      message: '',
      t,
      request,
      ok,
    })),
  });

const PAUSE: ControlRequest = { type: 'pause', epoch: 2 };
const AFTER: ControlRequest = { type: 'stop_after_epoch' };
const why = { template: 'Slurm ended its job', parts: [] };

it.each<[string, ControlRequest | undefined, readonly Asked[], ('paused' | 'stopped')?]>([
  [
    'a pause that its engine came before',
    PAUSE,
    [
      { t: 11, request: PAUSE },
      { t: 12, request: { type: 'stop', why } },
    ],
    'stopped',
  ],
  [
    'a stop after an epoch',
    AFTER,
    [
      { t: 11, request: PAUSE },
      { t: 12, request: AFTER },
    ],
  ],
  ['nothing of an earlier attempt', undefined, [{ t: 9, request: PAUSE }]],
  ['nothing that was refused', undefined, [{ t: 11, request: PAUSE, ok: false }]],
  ['nothing that was done', undefined, [{ t: 11, request: PAUSE }], 'paused'],
  [
    'nothing once a person has asked for the end',
    undefined,
    [
      { t: 11, request: PAUSE },
      { t: 12, request: { type: 'stop' } },
    ],
    'stopped',
  ],
  ['no pause at once', undefined, [{ t: 11, request: { type: 'pause' } }]],
  ['no LR', undefined, [{ t: 11, request: { type: 'lr', mode: 'plan' } }]],
])('stands: %s', (_, expected, asked, end) => {
  expect(standing(asked, end)).toEqual(expected);
});

it('does not stand any more once there is the checkpoint of that epoch: it would pause at once', () => {
  expect(standing([{ t: 11, request: PAUSE }], undefined, [1])).toEqual(PAUSE);
  expect(standing([{ t: 11, request: PAUSE }], undefined, [1, 2])).toBeUndefined();
});
