import { type Words, words } from '../../base/words';
import { halveUntilItFits, isOutOfMemory } from '../../domain/detection/memory';
import { autoBatch } from '../../domain/detection/rect-batches';
import type { ValidateParams } from '../../protocol/validator';
import type { PlacedModel } from '../model/open-on-device';
import type { WarmState } from '../warm';

export type Fitted<T> = { readonly value: T; readonly batch: number; readonly notes: readonly Words[] };
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
