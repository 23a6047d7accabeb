import type { RangePoint } from '../domain/lr-range/types';
import type { RunState } from '../run/state';
import { mainRates } from '../run/state';

/** LR of the weights and loss of every step of a range test; a step whose losses were not recorded is left out. */
export function rangePoints({ steps }: RunState): RangePoint[] {
  const lr = mainRates({ steps });
  const loss = steps.loss.get('total');
  if (!lr || !loss) return [];
  return Array.from({ length: Math.min(lr.length, loss.length) }, (_, i) => ({
    lr: lr.at(i),
    loss: loss.at(i),
  }));
}
