import { BadInputError } from '../base/bad-input';
import { formatProblem } from '../base/problem';
import { type DatasetSplit, loadSplit } from '../dataset/split';
import { autoBatch } from '../domain/detection/rect-batches';
import type { ValidateParams, ValidateResult } from '../protocol/validator';
import { Finders } from './model/finders';
import type { PlacedModel } from './model/open-on-device';
import { reportOf } from './report';
import { BatchFiller } from './session/input-batch';
import { runBatches } from './session/run-batches';
import type { ImageResult } from './val-set/collect';
import { rectPlan, squarePlan } from './val-set/plan';
import type { PreparedSet } from './val-set/prepared-set';
import type { WarmState } from './warm';
import { writeDetections } from './write-detections';
import { writeCocoJson } from './write-json';

const SPLITS = ['train', 'val', 'test'] as const;
const MOST_PROBLEMS = 20;

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
  const images = preparedImages(warm, params, split, model);
  const batch = batchOf(params, model);
  const { results, inference } = await infer({ params, split, model, images, batch, onProgress });
  const run = secondsSince(start) - load;
  if (results.length === 0)
    throw new BadInputError(`${params.data}: no image of the ${params.split} split can be read`);
  const classes = params.single_cls ? 1 : Math.max(split.names.length, model.layout.head.classes);
  const outcome = { params, split, model, results, classes, batch, skipped: images.failed.size };
  const report = reportOf(outcome, { start, load, run, inference });
  if (params.det !== undefined) await writeDetections(params.det, outcome);
  if (params.saveJson !== undefined) await writeCocoJson(params.saveJson, outcome);
  return { report, fingerprint: split.fingerprint, problems: problemsOf(split, model, images) };
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

function preparedImages(
  warm: WarmState,
  params: ValidateParams,
  split: DatasetSplit,
  { layout, input }: PlacedModel,
): PreparedSet {
  const key = `${params.data} ${params.split} ${split.fingerprint}`;
  const imgsz = Math.max(input.width, input.height);
  return warm.images(key, split.images, { fit: layout.fit, order: layout.order, imgsz });
}

function batchOf(params: ValidateParams, model: PlacedModel): number {
  return model.fixedBatch ?? (params.batch === 'auto' ? autoBatch(model.input, model.gpu) : params.batch);
}

type Inference = {
  readonly params: ValidateParams;
  readonly split: DatasetSplit;
  readonly model: PlacedModel;
  readonly images: PreparedSet;
  readonly batch: number;
  readonly onProgress: (done: number, total: number) => void;
};

/** Boxes of every image that could be read, in the order of the split. */
async function infer(job: Inference): Promise<{ results: ImageResult[]; inference: number }> {
  const { params, split, model, images, batch } = job;
  const finders = new Finders(model, {
    conf: params.conf,
    iou: params.iou,
    maxDetections: params.max_det,
    multiLabel: true,
    agnostic: params.single_cls,
  });
  const results: ImageResult[] = [];
  let done = 0;
  const inference = await runBatches({
    plan: await planOf(params, split, model, batch),
    session: model.session,
    filler: new BatchFiller(model.session.inputType, model.layout.divisor),
    fixedBatch: model.fixedBatch,
    prepare: (index, input) => images.prepare(index, input),
    onImage: ({ index, prepared: { size, placement }, output, row }) => {
      const found = finders.find(output, row, placement.input);
      const cls = params.single_cls ? new Uint16Array(found.count) : found.class.slice();
      results.push({
        index,
        size,
        placement,
        boxes: found.boxes.slice(),
        scores: found.scores.slice(),
        class: cls,
      });
    },
    onProgress: (count) => {
      done += count;
      job.onProgress(done, split.images.length);
    },
  });
  return { results: results.sort((a, b) => a.index - b.index), inference };
}

/** Rect batches where the model takes any size, as Ultralytics does for dynamic exports. */
async function planOf(params: ValidateParams, split: DatasetSplit, model: PlacedModel, batch: number) {
  if (params.rect === 'on' && !model.anySize)
    throw new BadInputError(`${params.model}: takes one image size only, so it cannot run in rect batches`);
  const rect = params.rect !== 'off' && model.anySize && model.layout.fit === 'letterbox';
  if (!rect) return squarePlan(split.images.length, batch, model);
  return rectPlan(
    split.images.map((image) => image.file),
    batch,
    model,
  );
}

function problemsOf(split: DatasetSplit, model: PlacedModel, images: PreparedSet): string[] {
  const unread = [...images.failed.values()].map((message) => `${message}; the image is left out`);
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
