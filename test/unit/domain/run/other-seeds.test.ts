import { expect, it } from 'vitest';
import { otherSeeds } from '../../../../src/domain/run/other-seeds';
import { wholeExperiment } from '../../../helpers/whole-experiment';

it('seeds that no run of the recipe has, whatever other recipes have', () => {
  const experiment = wholeExperiment({ seed: 3 });
  const known = [3, 5].map((seed) => wholeExperiment({ seed }));
  expect(otherSeeds(experiment, known, 3)).toEqual([4, 6, 7]);
  expect(otherSeeds(experiment, [wholeExperiment({ seed: 3, epochs: 7 })], 2)).toEqual([3, 4]);
});
