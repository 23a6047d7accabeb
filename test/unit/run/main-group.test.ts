import { describe, expect, it } from 'vitest';
import { mainGroup } from '../../../src/domain/schedule/summary';
import { mainFirst, mainRates } from '../../../src/run/state';
import { syntheticState } from '../../helpers/synthetic-run';

describe('the LR that people mean', () => {
  it('is that of the weights, wherever they stand among the groups', () => {
    expect(mainGroup({ groups: ['bias', 'weights', 'norm'] })).toBe(1);
    expect(mainFirst(['bias', 'weights', 'norm'])).toEqual(['weights', 'bias', 'norm']);
  });

  it('is that of the first group if none is called weights', () => {
    expect(mainGroup({ groups: ['pg0', 'pg1'] })).toBe(0);
    expect(mainFirst(['pg0', 'pg1'])).toEqual(['pg0', 'pg1']);
    expect(mainFirst([])).toEqual([]);
  });

  it('is read from the column of that group', () => {
    const state = syntheticState({ epochs: 10, stepsPerEpoch: 5, steps: 12, warmupEpochs: 2 });
    const weights = state.steps.lr.get('weights')!;
    const bias = state.steps.lr.get('bias')!;
    const reordered = {
      steps: {
        ...state.steps,
        lr: new Map([
          ['bias', bias],
          ['weights', weights],
        ]),
      },
    };
    expect(mainRates(reordered)).toBe(weights);
    expect(mainRates({ steps: { ...state.steps, lr: new Map([['pg0', bias]]) } })).toBe(bias);
    expect(mainRates({ steps: { ...state.steps, lr: new Map() } })).toBeUndefined();
  });
});
