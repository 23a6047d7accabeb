import { type Words, words } from '../../../base/words';
import { freeMemory } from '../../../dataset/machine-room';
import { halveUntilItFits } from '../../../domain/detection/runtime-errors';
import { layoutOf } from '../model/layout';
import { candidates } from './devices';
import { blankStep, openTrainSession, type TrainSessionOptions } from './train-session';
import { trainingGraph } from './training-graph';

export type BatchQuestion = {
  /** -1, or the share of the memory that may be used, between 0 and 1. */
  readonly wish: number;
  /** Of the training set: a batch is never larger. */
  readonly images: number;
  readonly session: Omit<TrainSessionOptions, 'batch'>;
  /** Bytes that this machine can give; what it has free, if absent. */
  readonly availableBytes?: number;
};

export type FoundBatch = { readonly batch: number; readonly said: Words };

/** Of the free memory; the share that Ultralytics' AutoBatch takes of a GPU's (utils/autobatch.py). */
const SHARE = 0.6;
/** A CPU gains nothing from more; Ultralytics, too, takes 16 there. */
const MOST_ON_CPU = 16;
const MOST_ON_GPU = 64;

/**
 * The largest power of two of images per step that fits: estimated from the training graph on a CPU, on which too much
 * memory ends the process without a message, then proven by one step, halved while that runs out of memory.
 */
export async function findBatch(question: BatchQuestion): Promise<FoundBatch> {
  const { wish, images, session, availableBytes = freeMemory() } = question;
  const onCpu = session.device === 'cpu' || (session.device === 'auto' && candidates().length === 0);
  const budget = (wish > 0 ? wish : SHARE) * availableBytes;
  let first = powerOfTwo(Math.min(images, onCpu ? MOST_ON_CPU : MOST_ON_GPU));
  while (onCpu && first > 1 && stepBytes({ ...session, batch: first }) > budget) first /= 2;
  const { batch, failures } = await halveUntilItFits(first, (size) => tryStep({ ...session, batch: size }));
  const needs = gigabytes(stepBytes({ ...session, batch }));
  const fits = onCpu
    ? words('AutoBatch: a step fits, at most {0} of {1} that are free', needs, gigabytes(availableBytes))
    : words('AutoBatch: a step fits, at most {0}', needs);
  return {
    batch,
    said: failures.length === 0 ? fits : words('{0}; larger ones did not: {1}', fits, failures[0]),
  };
}

const powerOfTwo = (most: number): number => 2 ** Math.floor(Math.log2(Math.max(1, most)));

/** Bytes that one step can need at the most. */
export function stepBytes(options: TrainSessionOptions): number {
  return trainingGraph(options, layoutOf(options)).bytes;
}

async function tryStep(options: TrainSessionOptions): Promise<void> {
  const session = await openTrainSession(options);
  try {
    await blankStep(session, options);
  } finally {
    await session.dispose();
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
