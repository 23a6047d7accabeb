import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { presenceOf } from '../../../../src/engine/runs/presence';
import type { ViewInput } from '../../../../src/protocol/dashboard/input';
import { sectionsOf } from '../../../../src/protocol/dashboard/sections';
import { statusBarOf } from '../../../../src/protocol/dashboard/status-bar';
import { plannedOf, syntheticState } from '../../../helpers/synthetic-run';
import { wholeExperiment } from '../../../helpers/whole-experiment';

// A successful test of 9508bab is on disk as `diverged`, with the loss that is not a number as its reason and its
// alarm.
const options = { epochs: 3, stepsPerEpoch: 40, steps: 120, warmupEpochs: 0 };

function rangeInput(): ViewInput {
  const state = syntheticState(options);
  const plain = wholeExperiment();
  const resolved = { ...plain, schedule: { ...plain.schedule, lr_range: { from: 1e-5, to: 1 } } };
  const run = { ...state.run!, experiment: { ...state.run!.experiment, resolved } };
  const status = { ...state.status!, state: 'diverged', reason: 'the total loss is NaN' } as const;
  const alert = {
    type: 'alert',
    t: 1,
    rule: 'non_finite',
    severity: 'error',
    message: 'NaN',
    numbers: {},
  } as const;
  return {
    state: { ...state, run, status, alerts: [alert] },
    planned: plannedOf(options),
    presence: undefined,
    now: run.created + 60_000,
    t: createTranslate(),
  };
}

describe('a range test, as its own kind of run', () => {
  const { header, sentences, checkpoints } = sectionsOf(rangeInput(), 50);

  it('is done and not diverged, and has nothing to resume', () => {
    expect(header).toMatchObject({ state: 'completed', stateLabel: 'LR test done', tone: 'good' });
    expect(header.actions).toEqual([{ id: 'dashboard', label: 'Show LR Test', primary: true }]);
  });

  it('says what it found, and nothing of the loss that was to blow up', () => {
    expect(sentences[0]?.text).toMatch(/^(No answer: |The loss falls fastest)/);
    expect(JSON.stringify(sentences)).not.toContain('NaN');
  });

  it('has no checkpoints that wait', () => expect(checkpoints.rows).toEqual([]));

  it('has its own words in the status bar', () => {
    expect(statusBarOf(rangeInput()).text).toContain('LR test done');
  });

  it('is shown as done by a list, too', () => {
    const { status } = rangeInput().state;
    const common = { dir: '/runs/a', status, end: undefined, now: 1, created: 0 };
    expect(presenceOf({ ...common, rangeTest: true })).toMatchObject({ state: 'completed' });
    expect(presenceOf({ ...common, rangeTest: true }).note).toBeUndefined();
    expect(presenceOf(common).state).toBe('diverged');
  });
});
