import { type Alarm, createEpisode } from './alarms';
import { judgeEarlyStop, type ValidatedEpoch } from './early-stop';

/** Validated epochs without a rise of the smoothed mAP by more than half a percent of its value. */
const PLATEAU_EPOCHS = 10;
const SMALLEST_RISE = 0.005;

/** Says once that mAP has stopped rising, and again after it rose and stopped anew. */
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

/** Validation falls behind when so many checkpoints wait, or were passed over in a row. */
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
