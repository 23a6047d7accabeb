import { expect, it } from 'vitest';
import { judgeRun } from '../../../src/keeper/judge-early-stop';
import type { TrainerEventOf } from '../../../src/run/events';
import type { RunState } from '../../../src/run/state';
import { syntheticState } from '../../helpers/synthetic-run';
import { wholeExperiment } from '../../helpers/whole-experiment';

/** A run of 50 epochs whose mAP is lower after the 30th, judged after the 43rd; mosaic ends with the 40th. */
const rested = syntheticState({ stepsPerEpoch: 5, steps: 43 * 5, warmupEpochs: 1 });
const state: RunState = {
  ...rested,
  validations: new Map(
    [...rested.validations].map(([epoch, one]) => [epoch, { ...one, map: epoch > 30 ? 0.4 : epoch / 60 }]),
  ),
};

type Change = { readonly close_mosaic?: number; readonly mosaic?: number; readonly closedAt?: number };

function stops({ closedAt, ...augment }: Change): boolean {
  const { run } = state;
  if (!run) throw new Error('a synthetic run has its file');
  const whole = wholeExperiment();
  const changed = { ...whole, augment: { ...whole.augment, ...augment } };
  const control: TrainerEventOf<'control'> = {
    ...{ type: 'control', t: 1, ok: true, step: closedAt ?? 0, id: 'r', message: '' },
    requested: { type: 'close_mosaic' },
  };
  const at: RunState = {
    ...state,
    run: { ...run, experiment: { ...run.experiment, resolved: changed } },
    controls: closedAt === undefined ? [] : [control],
  };
  return judgeRun(at, { ...changed.early_stop, metric: 'map', enabled: true, patience: 8 }).stop;
}

it.each<[string, Change, boolean]>([
  ['mosaic ended three epochs ago', { mosaic: 1, close_mosaic: 10 }, false],
  ['mosaic stays to the end', { mosaic: 1, close_mosaic: 0 }, true],
  ['there is no mosaic', { mosaic: 0, close_mosaic: 10 }, true],
  ['mosaic was closed long ago by request', { mosaic: 1, close_mosaic: 10, closedAt: 100 }, true],
  ['it ended long ago by the plan', { mosaic: 1, close_mosaic: 20 }, true],
])('a run that does not rise is stopped only if no end of mosaic is near: %s', (_, change, expected) => {
  expect(stops(change)).toBe(expected);
});
