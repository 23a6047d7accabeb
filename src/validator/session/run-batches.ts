import { type Words, words } from '../../base/words';
import { autoBatch } from '../../domain/detection/rect-batches';
import { halveUntilItFits, isOutOfMemory } from '../../domain/detection/runtime-errors';
import type { ValidateParams } from '../../protocol/validator';
import type { PlacedModel } from '../model/open-on-device';
import type { BatchRow, BatchStore, ReadyBatch } from '../val-set/batch-store';
import type { WarmState } from '../warm';
import type { ModelOutput, ModelSession } from './model-session';

export type BatchRun = {
  readonly store: BatchStore;
  readonly session: ModelSession;
  /** Called for every image that could be read, in the order of the plan; `row` is its place in the output. */
  onImage(image: BatchRow, output: ModelOutput, row: number): void;
  onProgress(images: number): void;
};

/** Batches in the session's queue: one runs while others wait, so that it never idles while this thread is busy. */
const IN_FLIGHT = 3;

/** Prepares, runs and reads batches, each beside the others. Returns the seconds spent inside the session. */
export async function runBatches(run: BatchRun): Promise<number> {
  const flying: Promise<number>[] = [];
  let inferenceMs = 0;
  for (let n = 0; n < run.store.plan.length; n++) {
    const batch = await run.store.take(n);
    if (flying.length >= IN_FLIGHT) inferenceMs += (await flying.shift()) ?? 0;
    const flight = fly(run, n, batch);
    // Failures are handled at `shift`; without this Node would take an earlier one for unhandled.
    flight.catch(() => undefined);
    flying.push(flight);
  }
  for (const flight of flying) inferenceMs += await flight;
  return inferenceMs / 1000;
}

async function fly(run: BatchRun, n: number, batch: ReadyBatch | undefined): Promise<number> {
  const output = batch && (await run.session.run(batch, batch.dims));
  if (output) {
    run.store.giveBack(n, batch, output.input);
    batch.rows.forEach((image, row) => {
      run.onImage(image, output, row);
    });
  }
  run.onProgress(run.store.plan[n].images.length);
  return output?.ms ?? 0;
}

type Fitted<T> = { readonly value: T; readonly batch: number; readonly notes: readonly Words[] };
type BatchWish = {
  readonly params: Pick<ValidateParams, 'device' | 'imgsz' | 'batch'>;
  readonly model: PlacedModel;
};

/** Runs a split in batches half as large each time that the device runs out of memory; what fitted is kept for the next one. */
export async function inFittingBatches<T>(
  warm: WarmState,
  { params, model }: BatchWish,
  runAll: (batch: number) => Promise<T>,
): Promise<Fitted<T>> {
  const { device, imgsz, batch: asked } = params;
  const run = (batch: number): Promise<T> => forgettingLostModel(warm, () => runAll(batch));
  // A model that is fixed to one batch has no smaller one.
  if (model.fixedBatch !== undefined)
    return { value: await run(model.fixedBatch), batch: model.fixedBatch, notes: [] };
  const key = JSON.stringify([device, imgsz, asked]);
  const wish = warm.fitted.get(key) ?? batchOf(params, model);
  const { batch, value, failures } = await halveUntilItFits(wish, run);
  if (failures.length === 0) return { value, batch, notes: [] };
  warm.fitted.set(key, batch);
  const shrunk = words(
    'batch {0} did not fit into the memory of {1}; {2} did ({3})',
    ...[wish, model.device, batch, failures[0]],
  );
  return { value, batch, notes: [shrunk] };
}

function batchOf({ batch }: BatchWish['params'], { input, gpu, half }: PlacedModel): number {
  return batch === 'auto' ? autoBatch(input, { gpu, half }) : batch;
}

/** A GPU that ran out of memory may be lost to this session: the next try opens the model anew. */
async function forgettingLostModel<T>(warm: WarmState, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isOutOfMemory(error)) await warm.forgetModel();
    throw error;
  }
}
