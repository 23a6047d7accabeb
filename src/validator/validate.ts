import { BadInputError } from '../base/bad-input';
import { formatProblem } from '../base/problem';
import { type DatasetSplit, loadSplit } from '../dataset/split';
import { autoBatch } from '../domain/detection/rect-batches';
import type { ValidateParams, ValidateResult } from '../protocol/validator';
import { Finders } from './model/finders';
import type { PlacedModel } from './model/open-on-device';
import { reportOf } from './report';
import { BatchFiller } from './session/input-batch';
import type { ModelOutput } from './session/model-session';
import { runBatches } from './session/run-batches';
import { type BatchRow, BatchStore } from './val-set/batch-store';
import type { ImageResult } from './val-set/collect';
import { rectPlan, squarePlan } from './val-set/plan';
import type { WarmState } from './warm';
import { writeDetections } from './write-detections';
import { writeCocoJson } from './write-json';

const SPLITS = ['train', 'val', 'test'] as const;
const MOST_PROBLEMS = 20;
const PROGRESS_MS = 100;

/** Metrics of one model on one split. Throws BadInputError, one line, where model or data cannot be used. */
export async function validate(
  warm: WarmState,
  params: ValidateParams,
  onProgress: (done: number, total: number) => void,
): Promise<ValidateResult> {
  const start = performance.now();
  const split = await readSplit(params);
  const model = await warm.model({
    file: params.model,
    device: params.device,
    half: params.half,
    imgsz: params.imgsz,
    classes: split.names.length,
  });
  const load = secondsSince(start);
  const store = await batchesOf(warm, params, split, model);
  const { results, inference } = await infer({
    params,
    model,
    store,
    onProgress: countUp(split.images.length, onProgress),
  });
  const run = secondsSince(start) - load;
  if (results.length === 0)
    throw new BadInputError(`${params.data}: no image of the ${params.split} split can be read`);
  const classes = params.single_cls ? 1 : Math.max(split.names.length, model.layout.head.classes);
  const outcome = {
    params,
    split,
    model,
    results,
    classes,
    batch: batchOf(params, model),
    skipped: store.failed.size,
  };
  const report = reportOf(outcome, { start, load, run, inference });
  if (params.det !== undefined) await writeDetections(params.det, outcome);
  if (params.saveJson !== undefined) await writeCocoJson(params.saveJson, outcome);
  return { report, fingerprint: split.fingerprint, problems: problemsOf(split, model, store) };
}

/** Tells how many are done, at most ten times a second. */
function countUp(total: number, onProgress: (done: number, total: number) => void): (images: number) => void {
  let done = 0;
  let told = 0;
  return (images) => {
    done += images;
    if (done < total && performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    onProgress(done, total);
  };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

async function readSplit(params: ValidateParams): Promise<DatasetSplit> {
  const name = SPLITS.find((s) => s === params.split);
  if (!name) throw new BadInputError(`split "${params.split}" is not known: expected train, val or test`);
  const split = await loadSplit(params.data, name, { singleCls: params.single_cls });
  const error = split.problems.find((problem) => problem.severity === 'error');
  if (error) throw new BadInputError(formatProblem(error));
  return split;
}

function batchOf(params: ValidateParams, model: PlacedModel): number {
  return model.fixedBatch ?? (params.batch === 'auto' ? autoBatch(model.input, model.gpu) : params.batch);
}

type Inference = {
  readonly params: ValidateParams;
  readonly model: PlacedModel;
  readonly store: BatchStore;
  readonly onProgress: (images: number) => void;
};

/** Boxes of every image that could be read, in the order of the split. */
async function infer({ params, model, store, onProgress }: Inference) {
  const finders = new Finders(model, {
    conf: params.conf,
    iou: params.iou,
    maxDetections: params.max_det,
    multiLabel: true,
    agnostic: params.single_cls,
  });
  const results: ImageResult[] = [];
  const onImage = (image: BatchRow, output: ModelOutput, row: number): void => {
    const found = finders.find(output, row, image.placement.input);
    const cls = params.single_cls ? new Uint16Array(found.count) : found.class.slice();
    results.push({ ...image, boxes: found.boxes.slice(), scores: found.scores.slice(), class: cls });
  };
  const inference = await runBatches({ store, session: model.session, onImage, onProgress });
  return { results: results.sort((a, b) => a.index - b.index), inference };
}

/** The split's batches, kept from the checkpoint before where nothing that decides them has changed. */
function batchesOf(warm: WarmState, params: ValidateParams, split: DatasetSplit, model: PlacedModel) {
  const { input, layout, fixedBatch, session } = model;
  const how = { fit: layout.fit, order: layout.order, imgsz: Math.max(input.width, input.height) };
  const batch = batchOf(params, model);
  const rect = usesRect(params, model);
  const decides = [params.data, params.split, split.fingerprint, how, input, batch, rect];
  const key = JSON.stringify([...decides, fixedBatch, session.inputType, layout.divisor]);
  const files = split.images.map((image) => image.file);
  return warm.batches(key, async () => {
    const plan = rect ? await rectPlan(files, batch, model) : squarePlan(files.length, batch, model);
    const filler = new BatchFiller(session.inputType, layout.divisor);
    return new BatchStore({ files, plan, how, filler, fixedBatch });
  });
}

/** Rect batches where the model takes any size, as Ultralytics does for dynamic exports. */
function usesRect(params: ValidateParams, model: PlacedModel): boolean {
  if (params.rect === 'on' && !model.anySize)
    throw new BadInputError(`${params.model}: takes one image size only, so it cannot run in rect batches`);
  return params.rect !== 'off' && model.anySize && model.layout.fit === 'letterbox';
}

function problemsOf(split: DatasetSplit, model: PlacedModel, store: BatchStore): string[] {
  const unread = [...store.failed.values()].map((message) => `${message}; the image is left out`);
  const lines = [
    ...model.notes,
    ...classNotes(split, model),
    ...split.problems.map(formatProblem),
    ...unread,
  ];
  if (lines.length <= MOST_PROBLEMS) return lines;
  return [...lines.slice(0, MOST_PROBLEMS), `${lines.length - MOST_PROBLEMS} more problems like these`];
}

function classNotes(split: DatasetSplit, { layout }: PlacedModel): string[] {
  if (layout.head.classes === split.names.length || split.names.length === 1) return [];
  return [
    `the model has ${layout.head.classes} classes, the dataset ${split.names.length}: class numbers are taken as they are`,
  ];
}
