import { type Words, words } from '../../../base/words';
import type { DatasetSplit } from '../../../dataset/split';
import { type EpochGrid, evenGrid } from '../../../domain/schedule/epoch-grid';
import { PAUSED_FOLDER, type SavedState } from '../checkpoint/find-state';
import { type EpochSums, NO_SUMS } from './epoch-means';

/** The step from which a resumed run continues, and the messages about it. */
export type GoOn = {
  readonly grid: EpochGrid;
  readonly fromStep: number;
  readonly epochSums: EpochSums;
  /** The training set is not the one that the state was made with. */
  readonly changed?: Words;
};

export type TrainSet = Pick<DatasetSplit, 'images' | 'fingerprint'>;

export const fromTheStart = (stepsPerEpoch: number): GoOn => ({
  grid: evenGrid(stepsPerEpoch),
  fromStep: 0,
  epochSums: NO_SUMS,
});

/**
 * Step numbers continue from the saved one. If the training set has grown or shrunk since, completed epochs stay
 * completed, and the one that was begun begins again: a step number alone would mean another epoch now, and a run would
 * end too early or train an epoch twice.
 */
export function goOnFrom(saved: SavedState, set: TrainSet, stepsPerEpoch: number): GoOn {
  const { nextStep: fromStep, trainSet } = saved.progress;
  const grid = gridOf(saved, stepsPerEpoch);
  const isSameLength = grid[grid.length - 1].stepsPerEpoch === stepsPerEpoch;
  const isSame = isSameLength && (trainSet === undefined || trainSet.fingerprint === set.fingerprint);
  const { epochSums } = saved.progress;
  if (isSame) return { grid, fromStep, epochSums };
  const changed = describeChange(saved, set);
  if (isSameLength)
    return { grid, fromStep, epochSums, changed: words('{0}; goes on with the new one', changed) };
  const fromEpoch = epochsDone(saved) + 1;
  return {
    grid: [...grid, { fromStep, fromEpoch, stepsPerEpoch }],
    fromStep,
    epochSums: NO_SUMS,
    changed: words(
      '{0}; its epochs are {1} instead of {2} steps long; goes on with the whole of epoch {3}',
      ...[changed, stepsPerEpoch, grid[grid.length - 1].stepsPerEpoch, fromEpoch],
    ),
  };
}

/** A pause stores the epoch that comes next, a checkpoint the one that it ends. */
function epochsDone({ folder, progress }: SavedState): number {
  return folder === PAUSED_FOLDER ? progress.epoch - 1 : progress.epoch;
}

/** Older states do not say how long their epochs were; at the end of one it can be computed. */
function gridOf(saved: SavedState, stepsPerEpoch: number): EpochGrid {
  const [first, ...rest] = saved.progress.stretches ?? [];
  if (first !== undefined) return [first, ...rest];
  const length = saved.progress.nextStep / saved.progress.epoch;
  const isKnown = saved.folder !== PAUSED_FOLDER && Number.isInteger(length) && length > 0;
  return evenGrid(isKnown ? length : stepsPerEpoch);
}

function describeChange({ folder, progress }: SavedState, set: TrainSet): Words {
  const { trainSet } = progress;
  if (trainSet === undefined) return words('the training set has changed since {0}', folder);
  return trainSet.images === set.images.length
    ? words('the training set has changed since {0}: other images or labels', folder)
    : words(
        'the training set has changed since {0}: {1} images became {2}',
        ...[folder, trainSet.images, set.images.length],
      );
}
