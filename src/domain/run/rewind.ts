import { type Words, words } from '../../base/words';
import { neededWarmup } from '../advice/facts';
import type { AdviceContext } from '../advice/types';
import type { RewindSettings } from '../experiment/types';

/** The point from which training continues, and how. Epoch 0: from the beginning. */
export type RewindPlan = {
  readonly epoch: number;
  /** Factor on the LR at that point. */
  readonly lrFactor: number;
  readonly warmup: number;
  readonly said: Words;
};

export type RewindInput = {
  readonly checkpoints: readonly { readonly epoch: number; readonly step: number; readonly kept: boolean }[];
  /** Mean loss of each epoch. */
  readonly epochs: readonly { readonly epoch: number; readonly loss: number }[];
  /** The step at which the trouble was found. */
  readonly troubleStep: number | undefined;
  /** Of the first warm-up. */
  readonly warmupSteps: number;
};

/** The divergence rule looks back over so many steps: a newer checkpoint may be broken already. */
const SAFE_STEPS = 16;
/** An epoch whose mean loss is above this multiple of the lowest before it had already begun to go wrong. */
const CALM = 1.1;

/**
 * The last checkpoint from before the trouble; 0 if there is none. One from the first warm-up is cheap to make again,
 * and may carry the damage already: on the example at lr0 0.1 it did, and the run ended without having learnt.
 */
export function epochBeforeTrouble({ checkpoints, epochs, troubleStep, warmupSteps }: RewindInput): number {
  const until = (troubleStep ?? Number.POSITIVE_INFINITY) - SAFE_STEPS;
  const calm = calmEpochs(epochs);
  return checkpoints
    .filter(
      ({ kept, step, epoch }) => kept && step < until && step + 1 >= warmupSteps && (calm.get(epoch) ?? true),
    )
    .reduce((last, { epoch }) => Math.max(last, epoch), 0);
}

function calmEpochs(epochs: RewindInput['epochs']): ReadonlyMap<number, boolean> {
  let lowest = Number.POSITIVE_INFINITY;
  return new Map(
    epochs.map(({ epoch, loss }) => {
      lowest = Math.min(lowest, Number.isFinite(loss) ? loss : lowest);
      return [epoch, loss <= CALM * lowest];
    }),
  );
}

/**
 * From a checkpoint: at a lower LR, with a short warm-up. Without one the run starts again by the rule that the advice
 * on a config follows: with the warm-up that it lacks; the peak is lowered only if it already had one.
 */
export function planRewind(
  epoch: number,
  { tries, ...settings }: RewindSettings & { readonly earlier: number },
  context: AdviceContext | undefined,
): RewindPlan {
  const { lr_factor: lrFactor, warmup_steps: warmup, earlier } = settings;
  if (epoch > 0)
    return {
      epoch,
      lrFactor,
      warmup,
      said: words(
        'back to the checkpoint of epoch {0}: LR x {1}, {2} steps of warm-up',
        epoch,
        lrFactor,
        warmup,
      ),
    };
  const needed = context ? Math.ceil(neededWarmup(context)) : warmup;
  const had = context?.schedule.warmupSteps ?? 0;
  if (earlier === 0 && had < needed * ENOUGH)
    return { epoch, lrFactor: 1, warmup: needed, said: longer(had, needed) };
  const steps = Math.max(had, needed, warmup);
  return {
    ...{ epoch, lrFactor, warmup: steps },
    said: words(
      'no checkpoint from before the trouble: start again at LR x {0} with {1} steps of warm-up',
      lrFactor,
      steps,
    ),
  };
}

const ENOUGH = 0.8;
const longer = (had: number, needed: number): Words =>
  words(
    'no checkpoint from before the trouble: start again with {0} steps of warm-up instead of {1}, for young weights change fast and a full LR blows the loss up',
    needed,
    had,
  );
