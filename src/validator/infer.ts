import { createHash } from 'node:crypto';
import { BadInputError } from '../base/bad-input';
import { type Words, words } from '../base/words';
import type { DatasetSplit } from '../dataset/split';
import type { ValidateParams } from '../protocol/validator';
import { Finders } from './model/finders';
import type { PlacedModel } from './model/open-on-device';
import { BatchFiller } from './session/input-batch';
import type { ModelOutput } from './session/model-session';
import { inFittingBatches, runBatches } from './session/run-batches';
import { rectPlan, squarePlan } from './val-set/batch-plan';
import { type BatchRow, BatchStore } from './val-set/batch-store';
import type { ImageResult } from './val-set/collect';
import type { WarmState } from './warm';

const PROGRESS_MS = 100;

export type InferRequest = {
  readonly params: ValidateParams;
  readonly split: DatasetSplit;
  readonly onProgress: (done: number, total: number) => void;
};

export type Inferred = {
  readonly model: PlacedModel;
  /** Boxes of every image that could be read, in the order of the split. */
  readonly results: readonly ImageResult[];
  /** The same in the order in which they ran: that of aspect ratios if batches share a shape. */
  readonly asRun: readonly ImageResult[];
  /** Images a run of the session takes. */
  readonly batch: number;
  /** Seconds until the model was open, and seconds inside its session. */
  readonly load: number;
  readonly inference: number;
  /** Why images could not be read, by index. */
  readonly unread: ReadonlyMap<number, Words>;
  /** Lines to report. */
  readonly notes: readonly Words[];
};

/** Runs the model over the split, in batches half as large each time that its device runs out of memory. */
export async function inferAll(warm: WarmState, request: InferRequest): Promise<Inferred> {
  const start = performance.now();
  const model = await modelOf(warm, request);
  const load = (performance.now() - start) / 1000;
  const { params } = request;
  const { value, batch, notes } = await inFittingBatches(warm, { params, model }, (size) =>
    inferOnce(warm, request, size),
  );
  return { ...value, batch, load, notes };
}

function modelOf(warm: WarmState, { params, split }: InferRequest): Promise<PlacedModel> {
  const { model: file, device, half, imgsz } = params;
  return warm.model({ file, device, half, imgsz, classes: split.names.length });
}

type Once = Pick<Inferred, 'model' | 'results' | 'asRun' | 'inference' | 'unread'>;

async function inferOnce(warm: WarmState, request: InferRequest, batch: number): Promise<Once> {
  const model = await modelOf(warm, request);
  const store = await batchesOf(warm, request, { model, batch });
  return { model, ...(await infer(request, model, store)), unread: store.failed };
}

async function infer({ params, split, onProgress }: InferRequest, model: PlacedModel, store: BatchStore) {
  const finders = new Finders(model, {
    conf: params.conf,
    iou: params.iou,
    maxDetections: params.max_det,
    multiLabel: true,
    agnostic: params.single_cls || params.agnostic,
  });
  const asRun: ImageResult[] = [];
  const onImage = (image: BatchRow, output: ModelOutput, row: number): void => {
    const found = finders.find(output, row, image.placement.input);
    const cls = params.single_cls ? new Uint16Array(found.count) : found.class.slice();
    asRun.push({ ...image, boxes: found.boxes.slice(), scores: found.scores.slice(), class: cls });
  };
  const count = countUp(split.images.length, onProgress);
  const inference = await runBatches({ store, session: model.session, onImage, onProgress: count });
  return { results: [...asRun].sort((a, b) => a.index - b.index), asRun, inference };
}

/** Reports how many are done, at most ten times a second. */
export function countUp(
  total: number,
  onProgress: (done: number, total: number) => void,
): (images: number) => void {
  let done = 0;
  let reportedAt = 0;
  return (images) => {
    done += images;
    if (done < total && performance.now() - reportedAt < PROGRESS_MS) return;
    reportedAt = performance.now();
    onProgress(done, total);
  };
}

type Batching = { readonly model: PlacedModel; readonly batch: number };

/** The split's batches, kept from the checkpoint before if nothing that decides them has changed. */
function batchesOf(warm: WarmState, { params, split }: InferRequest, { model, batch }: Batching) {
  const { input, layout, fixedBatch, session } = model;
  const how = { fit: layout.fit, order: layout.order, imgsz: Math.max(input.width, input.height) };
  const rect = usesRect(params, model);
  const { rectBatch = batch } = params;
  const decides = [params.data, params.split, stampOf(split), how, input, batch, rect && rectBatch];
  const key = JSON.stringify([...decides, fixedBatch, session.inputType, layout.divisor]);
  const files = split.images.map((image) => image.file);
  return warm.batches(key, async () => {
    const plan = rect
      ? await rectPlan(files, { batch, rectBatch }, model)
      : squarePlan(files.length, batch, model);
    const filler = new BatchFiller(session.inputType, layout.divisor);
    const onBytes = (index: number, bytes: Uint8Array): void => warm.digests.note(split.images[index], bytes);
    return new BatchStore({ files, plan, how, filler, fixedBatch, onBytes });
  });
}

/** Changes when the list of images or one of them does. */
function stampOf({ images }: DatasetSplit): string {
  const hash = createHash('sha256');
  for (const { file, stamp } of images) hash.update(`${file}\n${stamp}\n`);
  return hash.digest('hex');
}

/** Rect batches if the model takes any size, as Ultralytics does for dynamic exports. */
function usesRect(params: ValidateParams, model: PlacedModel): boolean {
  if (params.rect === 'on' && !model.anySize)
    throw new BadInputError(
      words('{0}: takes one image size only, so it cannot run in rect batches', params.model),
    );
  return params.rect !== 'off' && model.anySize && model.layout.fit === 'letterbox';
}
