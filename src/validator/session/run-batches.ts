import type { Size } from '../../domain/detection/letterbox';
import type { Prepared } from '../val-set/prepared-set';
import type { BatchFiller } from './input-batch';
import type { ModelOutput, ModelSession } from './model-session';

export type PlannedBatch = {
  readonly input: Size /** Indexes of images. */;
  readonly images: readonly number[];
};

export type BatchRun = {
  readonly plan: readonly PlannedBatch[];
  readonly session: ModelSession;
  readonly filler: BatchFiller;
  /** Batch that the model is fixed to: smaller ones are filled up by repeating an image. */
  readonly fixedBatch: number | undefined;
  prepare(index: number, input: Size): Promise<Prepared | undefined>;
  /** Called for every image that could be read, in the order of the plan. */
  onImage(found: {
    readonly index: number;
    readonly prepared: Prepared;
    readonly output: ModelOutput;
    readonly row: number;
  }): void;
  onProgress(done: number): void;
};

/** Batches in the session's queue: one runs while the next waits, so that it never idles. */
const IN_FLIGHT = 2;

/** Prepares, runs and reads batches, each beside the others. Returns the seconds spent inside the session. */
export async function runBatches(run: BatchRun): Promise<number> {
  const flying: Promise<number>[] = [];
  let inferenceMs = 0;
  for (const batch of run.plan) {
    const ready = await prepareBatch(run, batch);
    if (flying.length >= IN_FLIGHT) inferenceMs += (await flying.shift()) ?? 0;
    const flight = fly(run, batch, ready);
    // Failures are met at `shift`; without this Node would take an earlier one for unhandled.
    flight.catch(() => undefined);
    flying.push(flight);
  }
  for (const flight of flying) inferenceMs += await flight;
  return inferenceMs / 1000;
}

type Ready = { readonly index: number; readonly prepared: Prepared };

async function prepareBatch(run: BatchRun, batch: PlannedBatch): Promise<readonly Ready[]> {
  const prepared = await Promise.all(
    batch.images.map(async (index) => ({ index, prepared: await run.prepare(index, batch.input) })),
  );
  return prepared.filter((p): p is Ready => p.prepared !== undefined);
}

async function fly(run: BatchRun, batch: PlannedBatch, ready: readonly Ready[]): Promise<number> {
  if (ready.length === 0) {
    run.onProgress(batch.images.length);
    return 0;
  }
  const { width, height } = batch.input;
  const pixels = ready.map(({ prepared }) => prepared.pixels);
  while (pixels.length < (run.fixedBatch ?? 0)) pixels.push(pixels[0]);
  const data = run.filler.fill(pixels, batch.input);
  const output = await run.session.run(data, [pixels.length, 3, height, width]);
  run.filler.giveBack(output.input);
  ready.forEach(({ index, prepared }, row) => {
    run.onImage({ index, prepared, output, row });
  });
  run.onProgress(batch.images.length);
  return output.ms;
}
