import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { plannedOfRun } from '../../../../src/protocol/dashboard/planned';
import type { RunState } from '../../../../src/run/state';
import { syntheticState } from '../../../helpers/synthetic-run';

function ultralyticsRun(text: string, told: object): RunState {
  const state = syntheticState({ epochs: 4, stepsPerEpoch: 10, steps: 5 });
  const { experiment } = parseExperiment(`trainer: ultralytics\nmodel: yolov8n.pt\ndata: d.yaml\n${text}`, {
    file: 'a.train.yaml',
  });
  const run = { ...state.run!, experiment: { ...state.run!.experiment, resolved: experiment! } };
  return { ...state, run, plan: { ...state.plan!, ...told } };
}

describe('the planned curve of a run', () => {
  it('of optimizer auto has the LR that fits the classes that the trainer told', () => {
    const planned = plannedOfRun(
      ultralyticsRun('optimizer: auto\nwarmup_epochs: 0', { classes: 20, version: '8.4.190' }),
    );
    expect(planned?.lrAt(0, 0)).toBeCloseTo(0.000417, 12);
  });

  it('follows the rule of the version that trains', () => {
    const text = 'optimizer: SGD\nwarmup_epochs: 1';
    expect(plannedOfRun(ultralyticsRun(text, { version: '8.4.190' }))?.warmupSteps).toBe(10);
    expect(plannedOfRun(ultralyticsRun(text, { version: '8.3.253' }))?.warmupSteps).toBe(40);
  });
});
