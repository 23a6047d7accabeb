import { rangeWords } from '../domain/display/lr-range';
import { readRange } from '../domain/lr-range/suggest';
import type { RangePoint } from '../domain/lr-range/types';
import { totalLoss } from '../domain/run/alarms';
import { mainGroup } from '../domain/schedule/summary';
import type { TrainerEvent } from '../run/events';
import type { Outcome } from './outcome';

/** Collects the losses of a range test, and reports its result at the end. */
export class RangeTest {
  readonly #points = new Map<number, RangePoint>();
  #group = 0;

  add(event: TrainerEvent): void {
    if (event.type === 'hello') this.#group = Math.max(0, mainGroup({ groups: event.groups }));
    if (event.type !== 'step') return;
    this.#points.set(event.step, { lr: event.lr[this.#group], loss: totalLoss(event.loss) });
  }

  /** A loss that blew up is the end of the test and not a failure; its result is stored in place of a reason. */
  conclude(outcome: Outcome): Outcome {
    if (outcome.state !== 'completed' && outcome.state !== 'diverged') return outcome;
    const points = [...this.#points].sort(([a], [b]) => a - b).map(([, point]) => point);
    return {
      ...outcome,
      state: 'completed',
      reason: rangeWords(readRange(points)),
    };
  }
}
