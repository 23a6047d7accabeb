import { type Alarm, createEpisode } from './alarms';
import { judgeEarlyStop, type ValidatedEpoch } from './early-stop';

/** Validated epochs without a rise of the smoothed mAP by more than half a percent of its value. */
const PLATEAU_EPOCHS = 10;
const SMALLEST_RISE = 0.005;

/** Reports once that mAP has stopped rising, and again after it rose and stopped anew. */
export function createPlateauAlarm(): (history: readonly ValidatedEpoch[]) => Alarm | undefined {
  const episode = createEpisode();
  return (history) => {
    const { smoothed } = judgeEarlyStop(history, { metric: 'map', ema: 5, patience: 0 });
    const latest = Math.max(...smoothed.slice(-PLATEAU_EPOCHS));
    const before = Math.max(0, ...smoothed.slice(0, -PLATEAU_EPOCHS));
    const flat = smoothed.length > PLATEAU_EPOCHS && latest <= before * (1 + SMALLEST_RISE);
    const epoch = history.at(-1)?.epoch ?? 1;
    return episode(flat, () => ({
      rule: 'plateau',
      severity: 'info',
      epoch,
      message: `mAP50-95 has not risen for ${PLATEAU_EPOCHS} validated epochs (smoothed best ${before.toFixed(3)})`,
      numbers: { best: before, latest },
    }));
  };
}

/** Validated epochs after warm-up in which a detector should have found something. */
const NOTHING_EPOCHS = 10;

/** A run whose metric never begins is not stopped for that; a person is advised what to check. */
export function createNotBegunAlarm(): (epochs: number, epoch: number) => Alarm | undefined {
  const episode = createEpisode();
  return (epochs, epoch) =>
    episode(epochs >= NOTHING_EPOCHS, () => ({
      rule: 'metric_not_begun',
      severity: 'warning',
      epoch: Math.max(1, epoch),
      message: `nothing is found after ${epochs} validated epochs since warm-up: look at the true boxes of val images (are images and labels of one set, do class ids match in train and val?), and if they are right, at the LR (pitwall lr-find)`,
      numbers: { epochs },
    }));
}

/** Validation is behind when so many checkpoints wait, or were skipped in a row. */
const BEHIND_CHECKPOINTS = 3;

export function createBehindAlarm(): (behind: number, epoch: number) => Alarm | undefined {
  const episode = createEpisode();
  return (behind, epoch) =>
    episode(behind >= BEHIND_CHECKPOINTS, () => ({
      rule: 'validation_behind',
      severity: 'warning',
      epoch,
      message: `validation is ${behind} checkpoints behind training: validate less often (validation.every) or only the latest (validation.backlog)`,
      numbers: { behind },
    }));
}
