import path from 'node:path';
import { BadInputError } from '../../base/bad-input';
import { inEnglish, type Words, words } from '../../base/words';
import { accuracyOf, placeOf, topOf } from '../../domain/classification/accuracy';
import { drawMeans } from '../../domain/compare/draw-record';
import type { Draws, ValidateParams, ValidateResult } from '../../protocol/validator';
import { writeWhole } from '../../run/folder/write-file';
import type { Pictures } from '../../run/pictures-file';
import { NO_COCO, type ValidationReport } from '../../run/validation';
import { drawsOf, REPLICATES } from '../compare-files';
import { countUp } from '../infer';
import type { PlacedModel } from '../model/open-on-device';
import { BatchFiller } from '../session/input-batch';
import { inFittingBatches, runBatches } from '../session/run-batches';
import { squarePlan } from '../val-set/batch-plan';
import { BatchStore } from '../val-set/batch-store';
import { judgedSetOf } from '../val-set/judged-set';
import type { WarmState } from '../warm';
import { type ClassSet, readClassSet } from './class-set';

type OnProgress = (done: number, total: number) => void;

type JudgedClass = {
  readonly index: number;
  /** The true class. */
  readonly class: number;
  /** Of the true class among the scores of its classes, from 0. */
  readonly place: number;
  /** The class that was found, and its score. */
  readonly top: number;
  readonly score: number;
};
type Ran = {
  readonly judged: readonly JudgedClass[];
  readonly inference: number;
  readonly unread: ReadonlyMap<number, Words>;
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
    throw new BadInputError(words('{0}: no image of the {1} split can be read', params.data, params.split));
  const { fingerprint, results } = await judgedSetOf(
    { images: set.images, datasetNames: set.names },
    judged,
    warm.digests,
  );
  if (params.pictures !== undefined) await writePictures(params.pictures, judged, set);
  const seconds = { total: secondsSince(start), inference, load };
  const report = reportOf({ model, batch, judged, seconds, skipped: unread.size, names: set.names });
  const lost = [...unread.values()].map((said) => words('{0}; the image is left out', said));
  return {
    report,
    why: model.why,
    fingerprint,
    problems: [...model.notes, ...notes, ...set.notes, ...lost],
    draws: drawsOfTop1(results, [fingerprint, params.fraction, params.single_cls]),
  };
}

/** Ten pages of the gallery. */
const MOST_PICTURES = 240;

/** The images that were taken for another class, the surest first, then the others, the least sure first. */
async function writePictures(file: string, judged: readonly JudgedClass[], set: ClassSet): Promise<void> {
  const wrongness = ({ place, score }: JudgedClass): number => (place === 0 ? -score : 1 + score);
  const worst = judged.toSorted((a, b) => wrongness(b) - wrongness(a)).slice(0, MOST_PICTURES);
  const pictures: Pictures = {
    ...{ version: 1, task: 'classify', classes: [...set.names], confidence: 0, images: judged.length },
    pictures: worst.map(({ index, place, top, score }) => ({
      file: set.images[index].file,
      missed: Number(place > 0),
      false: 0,
      truth: [{ class: set.images[index].class }],
      found: [{ class: top, score, hit: place === 0 }],
    })),
  };
  // RUN/validation/epoch-0001.pictures.json: nothing below the run folder may be a link.
  await writeWhole(file, JSON.stringify(pictures), { root: path.dirname(path.dirname(file)) });
}

/** The results in an order that does not depend on where the images are: what checkpoints are compared by. */
function drawsOfTop1(judged: readonly JudgedClass[], judgedBy: readonly unknown[]): Draws {
  const right = judged.map(({ place }) => Number(place === 0));
  return drawsOf(drawMeans(right, REPLICATES), JSON.stringify(['top-1', ...judgedBy, REPLICATES]));
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

async function openClassifier(warm: WarmState, params: ValidateParams): Promise<PlacedModel> {
  const { model: file, device, half, imgsz } = params;
  const model = await warm.model({ file, device, half, imgsz });
  if ('head' in model.layout)
    throw new BadInputError(
      words('{0}: finds boxes: it is validated on a dataset YAML, and {1} is a folder', file, params.data),
    );
  if (model.input.width !== model.input.height)
    throw new BadInputError(
      words(
        '{0}: takes images of {1}x{2}, expected a square',
        ...[file, model.input.width, model.input.height],
      ),
    );
  return model;
}

type ClassRun = {
  readonly params: ValidateParams;
  readonly set: ClassSet;
  readonly model: PlacedModel;
  readonly batch: number;
  readonly onProgress: OnProgress;
};

async function runAll(warm: WarmState, { params, set, model, batch, onProgress }: ClassRun): Promise<Ran> {
  const store = await batchesOf(warm, { params, set, model, batch });
  const judged: JudgedClass[] = [];
  const inference = await runBatches({
    store,
    session: model.session,
    onImage: ({ index }, { data, dims }, row) => {
      const classes = dims[dims.length - 1];
      const start = row * classes;
      const top = topOf(data, start, classes);
      const own = set.images[index].class;
      const place = placeOf(data, start, classes, own);
      judged.push({ index, class: own, place, top, score: data[start + top] });
    },
    onProgress: countUp(set.images.length, onProgress),
  });
  return { judged, inference, unread: store.failed };
}

/** The split's batches, kept from the checkpoint before if nothing that decides them has changed. */
function batchesOf(warm: WarmState, { params, set, model, batch }: Omit<ClassRun, 'onProgress'>) {
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
  readonly judged: readonly JudgedClass[];
  readonly seconds: ValidationReport['seconds'];
  readonly skipped: number;
  readonly names: readonly string[];
};

/** `map` is top-1 and `map50` top-5; the best checkpoint has the highest mean of both, as Ultralytics takes it. */
function reportOf({ model, batch, judged, seconds, skipped, names }: Findings): ValidationReport {
  const { top1, top5 } = accuracyOf(judged.map(({ place }) => place));
  const none = Number.NaN;
  return {
    images: judged.length,
    device: model.device,
    why: inEnglish(model.why),
    task: 'classify',
    named: { 'metrics/accuracy_top1': top1, 'metrics/accuracy_top5': top5 },
    fitness: (top1 + top5) / 2,
    imgsz: model.input.width,
    batch,
    half: model.half,
    ...{ map: top1, map50: top5, map75: 0, precision: none, recall: none, f1: none, confidence: none },
    coco: NO_COCO,
    perClass: classesOf(judged, names),
    seconds,
    skipped,
  };
}

/** Each class that has images: how many of them are recognized, first and among five. */
function classesOf(judged: readonly JudgedClass[], names: readonly string[]): ValidationReport['perClass'] {
  const present = [...new Set(judged.map((one) => one.class))].sort((a, b) => a - b);
  return present.map((index) => {
    const own = judged.filter((one) => one.class === index);
    const { top1, top5 } = accuracyOf(own.map(({ place }) => place));
    const taken = judged.filter(({ top }) => top === index);
    const precision = taken.length === 0 ? 0 : taken.filter(({ place }) => place === 0).length / taken.length;
    const f1 = (2 * precision * top1) / Math.max(precision + top1, Number.MIN_VALUE);
    const name = names[index];
    const counts = { images: own.length, labels: own.length };
    return {
      class: index,
      ...(name && { name }),
      ...counts,
      precision,
      recall: top1,
      f1,
      ap50: top5,
      ap: top1,
    };
  });
}
