import { BadInputError } from '../../base/bad-input';
import { accuracyOf, placeOf } from '../../domain/classification/accuracy';
import { drawMeans } from '../../domain/compare/draw-record';
import type { Draws, ValidateParams, ValidateResult } from '../../protocol/validator';
import { NO_COCO, type ValidationReport } from '../../run/validation';
import { drawsOf, REPLICATES } from '../compare-files';
import { countUp } from '../infer';
import type { PlacedModel } from '../model/open-on-device';
import { inFittingBatches } from '../session/fitting-batch';
import { BatchFiller } from '../session/input-batch';
import { runBatches } from '../session/run-batches';
import { squarePlan } from '../val-set/batch-plan';
import { BatchStore } from '../val-set/batch-store';
import { judgedSetOf } from '../val-set/judged-set';
import type { WarmState } from '../warm';
import { type ClassSet, readClassSet } from './class-set';

type OnProgress = (done: number, total: number) => void;

/** Place of the true class of an image among the scores of its classes, from 0. */
type Judged = { readonly index: number; readonly place: number };
type Ran = {
  readonly judged: readonly Judged[];
  readonly inference: number;
  readonly unread: ReadonlyMap<number, string>;
};

/** Top-1 and top-5 of a classifier on a folder of classes. Throws BadInputError, one line, if either cannot be used. */
export async function validateClasses(
  warm: WarmState,
  params: ValidateParams,
  onProgress: OnProgress,
): Promise<ValidateResult> {
  const start = performance.now();
  const open = (): Promise<PlacedModel> => openClassifier(warm, params);
  const model = await open();
  const load = secondsSince(start);
  const set = await readClassSet(params, model.metadata.names);
  const { value, batch, notes } = await inFittingBatches(warm, { params, model }, async (size) =>
    runAll(warm, { params, set, model: await open(), batch: size, onProgress }),
  );
  const { judged, inference, unread } = value;
  if (judged.length === 0)
    throw new BadInputError(`${params.data}: no image of the ${params.split} split can be read`);
  const { fingerprint, results } = await judgedSetOf(
    { images: set.images, datasetNames: set.names },
    judged,
    warm.digests,
  );
  const seconds = { total: secondsSince(start), inference, load };
  const report = reportOf({ model, batch, judged, seconds, skipped: unread.size });
  const lost = [...unread.values()].map((message) => `${message}; the image is left out`);
  return {
    report,
    fingerprint,
    problems: [...model.notes, ...notes, ...set.notes, ...lost],
    draws: drawsOfTop1(results, [fingerprint, params.fraction, params.single_cls]),
  };
}

/** The results in an order that does not depend on where the images are: what checkpoints are compared by. */
function drawsOfTop1(judged: readonly Judged[], judgedBy: readonly unknown[]): Draws {
  const right = judged.map(({ place }) => Number(place === 0));
  return drawsOf(drawMeans(right, REPLICATES), JSON.stringify(['top-1', ...judgedBy, REPLICATES]));
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

async function openClassifier(warm: WarmState, params: ValidateParams): Promise<PlacedModel> {
  const { model: file, device, half, imgsz } = params;
  const model = await warm.model({ file, device, half, imgsz });
  if ('head' in model.layout)
    throw new BadInputError(
      `${file}: finds boxes: it is validated on a dataset YAML, and ${params.data} is a folder`,
    );
  if (model.input.width !== model.input.height)
    throw new BadInputError(
      `${file}: takes images of ${model.input.width}x${model.input.height}, expected a square`,
    );
  return model;
}

type RunRequest = {
  readonly params: ValidateParams;
  readonly set: ClassSet;
  readonly model: PlacedModel;
  readonly batch: number;
  readonly onProgress: OnProgress;
};

async function runAll(warm: WarmState, { params, set, model, batch, onProgress }: RunRequest): Promise<Ran> {
  const store = await batchesOf(warm, { params, set, model, batch });
  const judged: Judged[] = [];
  const inference = await runBatches({
    store,
    session: model.session,
    onImage: ({ index }, { data, dims }, row) => {
      const classes = dims[dims.length - 1];
      judged.push({ index, place: placeOf(data, row * classes, classes, set.images[index].class) });
    },
    onProgress: countUp(set.images.length, onProgress),
  });
  return { judged, inference, unread: store.failed };
}

/** The split's batches, kept from the checkpoint before if nothing that decides them has changed. */
function batchesOf(warm: WarmState, { params, set, model, batch }: Omit<RunRequest, 'onProgress'>) {
  const { input, layout, fixedBatch, session } = model;
  const files = set.images.map(({ file }) => file);
  const stamps = set.images.map(({ file, stamp }) => [file, stamp]);
  const key = JSON.stringify([params.data, stamps, input, batch, fixedBatch, session.inputType]);
  return warm.batches(key, async () => {
    const filler = new BatchFiller(session.inputType, layout.divisor);
    const onBytes = (index: number, bytes: Uint8Array): void => warm.digests.note(set.images[index], bytes);
    const how = { fit: layout.fit, order: layout.order, imgsz: input.width };
    return new BatchStore({
      files,
      plan: squarePlan(files.length, batch, model),
      how,
      filler,
      fixedBatch,
      onBytes,
    });
  });
}

type Findings = {
  readonly model: PlacedModel;
  readonly batch: number;
  readonly judged: readonly Judged[];
  readonly seconds: ValidationReport['seconds'];
  readonly skipped: number;
};

/** `map` is top-1 and `map50` top-5; the best checkpoint has the highest mean of both, as Ultralytics takes it. */
function reportOf({ model, batch, judged, seconds, skipped }: Findings): ValidationReport {
  const { top1, top5 } = accuracyOf(judged.map(({ place }) => place));
  const none = Number.NaN;
  return {
    images: judged.length,
    device: model.device,
    why: model.why,
    task: 'classify',
    named: { 'metrics/accuracy_top1': top1, 'metrics/accuracy_top5': top5 },
    fitness: (top1 + top5) / 2,
    imgsz: model.input.width,
    batch,
    half: model.half,
    ...{ map: top1, map50: top5, map75: 0, precision: none, recall: none, f1: none, confidence: none },
    coco: NO_COCO,
    perClass: [],
    seconds,
    skipped,
  };
}
