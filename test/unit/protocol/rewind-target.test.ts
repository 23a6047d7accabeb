import { expect, test } from 'vitest';
import { inEnglish } from '../../../src/base/words';
import { canRewind, rewindRefusal, rewindTarget } from '../../../src/protocol/rewind-target';
import type { RunState } from '../../../src/run/state';
import { syntheticState } from '../../helpers/synthetic-run';

const RUN = { epochs: 4, stepsPerEpoch: 50, warmupEpochs: 0 };
const completed = (): RunState => syntheticState({ ...RUN, steps: 200, end: 'completed' });

function refusal(...asked: Parameters<typeof rewindRefusal>): string | undefined {
  const said = rewindRefusal(...asked);
  return said && inEnglish(said);
}

test('a completed run is not rewound to its last epoch, after which nothing is trained', () => {
  const state = completed();
  expect(rewindTarget(state, undefined)).toBe(4);
  expect(refusal(state, undefined)).toMatch(
    /^epoch 4 is the run's last, so nothing would be trained; earlier checkpoints: 1, 2, 3$/,
  );
  expect(rewindRefusal(state, 2)).toBeUndefined();
  expect(rewindRefusal(state, 0)).toBeUndefined();
});

test('an epoch without a checkpoint is refused with those that there are', () => {
  expect(refusal(completed(), 99)).toBe('there is no checkpoint of epoch 99; there are: 1, 2, 3, 4');
});

test('what another program trains is not rewound', () => {
  const state = completed();
  const { run } = state;
  if (!run) throw new Error('the run has no run.json');
  const of = (trainer: 'ultralytics' | 'command') => {
    const resolved = { ...run.experiment.resolved, trainer };
    return { ...state, run: { ...run, experiment: { ...run.experiment, resolved } } };
  };
  expect([state, of('ultralytics'), of('command')].map(canRewind)).toEqual([true, true, false]);
  expect(refusal(of('command'), undefined)).toBe('trainer command cannot be rewound');
});
