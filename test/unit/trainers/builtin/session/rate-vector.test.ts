import { expect, it } from 'vitest';
import { rateVector } from '../../../../../src/trainers/builtin/session/rate-vector';
import { RATES } from '../../../../../src/trainers/builtin/session/training-graph';

const RATES_NOW = { lr: { weights: 0.1, norm: 0.2, bias: 0.3 }, momentum: 0.9 };

/** The share of itself that the average of weights and that of batch norm's statistics keep at an update. */
function decays(update: number, weight_ema: number): readonly number[] {
  const vector = rateVector(RATES_NOW, update, { weight_decay: 0, weight_ema });
  return (['ema_decay', 'stats_decay'] as const).map((name) => vector[RATES.indexOf(name)]);
}

it.each([
  ['the first update', 1, 0.9999, [2 / 11, 2 / 11]],
  ['some hundred updates: over a tenth of them', 260, 0.9999, [261 / 270, 261 / 270]],
  ['a long run: what the decay allows', 1e6, 0.9999, [0.9999, 0.9999]],
  ['no weight average: statistics over ten updates', 260, 0, [0, 0.9]],
  ['no weight average, first update', 1, 0, [0, 2 / 11]],
] as const)('averages look back at %s', (_, update, ema, expected) => {
  const actual = decays(update, ema);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 6);
});
