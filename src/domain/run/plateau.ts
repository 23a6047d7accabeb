import { type Words, words } from '../../base/words';
import { type Alarm, createEpisode } from './alarm';
import { judgeEarlyStop, type ValidatedEpoch } from './early-stop';
import { hasMostAhead, type LrAhead } from './lr-ahead';
import { metricNames } from './task';

/** Validated epochs without a rise of the smoothed mAP by more than half a percent of its value. */
const PLATEAU_EPOCHS = 10;
const SMALLEST_RISE = 0.005;

/**
 * Reports once that mAP has stopped rising, and again after it rose and stopped anew. While the LR has most of its decay before it,
 * or rises again, that is not news: the last gain comes with the fall of the LR. Then the alarm says so instead.
 */
export function createPlateauAlarm(): (
  history: readonly ValidatedEpoch[],
  ahead?: LrAhead,
) => Alarm | undefined {
  const [early, late] = [createEpisode(), createEpisode()];
  return (history, ahead) => {
    const { smoothed } = judgeEarlyStop(history, { metric: 'map', ema: 5, patience: 0 });
    const latest = Math.max(...smoothed.slice(-PLATEAU_EPOCHS));
    const before = Math.max(0, ...smoothed.slice(0, -PLATEAU_EPOCHS));
    const flat = smoothed.length > PLATEAU_EPOCHS && latest <= before * (1 + SMALLEST_RISE);
    const isEarly = hasMostAhead(ahead);
    const last = history.at(-1);
    const found = { epoch: last?.epoch ?? 1, task: last?.task, numbers: { best: before, latest } };
    const waits = early(flat && isEarly, () => alarmOf(found, 'plateau_lr_decays', stillDecays(ahead)));
    return late(flat && !isEarly, () => alarmOf(found, 'plateau', undefined)) ?? waits;
  };
}

type Found = Pick<Alarm, 'numbers'> & { readonly epoch: number; readonly task: string | undefined };

function alarmOf({ epoch, task, numbers }: Found, rule: string, next: Words | undefined): Alarm {
  const said = words(
    '{0} has not risen for {1} validated epochs (smoothed best {2})',
    metricNames(task)[0],
    PLATEAU_EPOCHS,
    numbers.best.toFixed(3),
  );
  return { rule, severity: 'info', epoch, said, ...(next && { next }), numbers };
}

function stillDecays(ahead: LrAhead | undefined): Words {
  if (ahead?.risesIn !== undefined)
    return words('the LR rises again in epoch {0}: what comes after that is not known yet', ahead.risesIn);
  return words(
    'but the LR still decays ({0} % of the way is done), and the last gain comes with that: nothing to do yet',
    Math.round(100 * (ahead?.decayed ?? 0)),
  );
}

/** Validated epochs after warm-up in which a detector should have found something. */
const NOTHING_EPOCHS = 10;

const LOOK_AT_DATA = words(
  'look at the true boxes of val images (are images and labels of one set, do class ids match in train and val?), and if they are right, at the LR (pitwall lr-find)',
);

/** A run whose metric never begins is not stopped for it: the alert says what to check. */
export function createNotBegunAlarm(): (epochs: number, epoch: number) => Alarm | undefined {
  const episode = createEpisode();
  return (epochs, epoch) => {
    const said = words('nothing is found after {0} validated epochs since warm-up', epochs);
    return episode(epochs >= NOTHING_EPOCHS, () => ({
      rule: 'metric_not_begun',
      severity: 'warning',
      epoch: Math.max(1, epoch),
      said,
      next: LOOK_AT_DATA,
      action: 'open_experiment',
      numbers: { epochs },
    }));
  };
}
