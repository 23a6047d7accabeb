import type { BatchRow, BatchStore, ReadyBatch } from '../val-set/batch-store';
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
  const output = batch && (await run.session.run(batch.data, batch.dims));
  if (output) {
    run.store.giveBack(n, batch, output.input);
    batch.rows.forEach((image, row) => {
      run.onImage(image, output, row);
    });
  }
  run.onProgress(run.store.plan[n].images.length);
  return output?.ms ?? 0;
}
