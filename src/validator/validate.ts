import path from 'node:path';
import { BadInputError } from '../base/bad-input';
import { problemWords } from '../base/problem';
import { inEnglish, type Words, words } from '../base/words';
import type { DatasetSplit } from '../dataset/split';
import type { ValidateParams, ValidateResult } from '../protocol/validator';
import { makeFolder } from '../run/folder/make-folder';
import { writeWhole } from '../run/folder/write-file';
import { type Inferred, inferAll } from './infer';
import { boxLayout } from './model/open-model';
import type { PlacedModel } from './model/open-on-device';
import { reportOf, type ValidationOutcome } from './report';
import { type ImageResult, toImage } from './val-set/collect';
import { judgedSetOf } from './val-set/judged-set';
import { readSplit } from './val-split';
import type { WarmState } from './warm';
import { writeDetections } from './write-detections';

const MOST_PROBLEMS = 20;

/** Metrics of one model on one split. Throws BadInputError, one line, if model or data cannot be used. */
export async function validate(
  warm: WarmState,
  params: ValidateParams,
  onProgress: (done: number, total: number) => void,
): Promise<ValidateResult> {
  const start = performance.now();
  const split = await readSplit(params, warm.knownImages(JSON.stringify([params.data, params.split])));
  const { load, ...inferred } = await inferAll(warm, { params, split, onProgress });
  const { model, results, asRun, batch, inference, unread, notes } = inferred;
  const run = secondsSince(start) - load;
  if (results.length === 0)
    throw new BadInputError(words('{0}: no image of the {1} split can be read', params.data, params.split));
  const classes = params.single_cls ? 1 : Math.max(split.names.length, boxLayout(model.layout).head.classes);
  const { device, half, why, input, metadata } = model;
  const ran = { device, half, why: inEnglish(why), input, names: metadata.names };
  const outcome = { params, split, model: ran, results, asRun, classes, batch, skipped: unread.size };
  const report = reportOf(outcome, { start, load, run, inference });
  const set = await judgedSetOf(split, results, warm.digests);
  if (params.det !== undefined) await writeDetections(params.det, outcome, { ...set, hashes: warm.hashes });
  if (params.saveJson !== undefined) await writeCocoJson(params.saveJson, outcome);
  return { report, why, fingerprint: set.fingerprint, problems: problemsOf({ split, model, unread, notes }) };
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

type ReportSource = Pick<Inferred, 'model' | 'unread' | 'notes'> & { readonly split: DatasetSplit };

function problemsOf({ split, model, unread, notes }: ReportSource): Words[] {
  const lines = [
    ...model.notes,
    ...notes,
    ...classNotes(split, model),
    ...split.problems.map(problemWords),
    ...[...unread.values()].map((said) => words('{0}; the image is left out', said)),
  ];
  if (lines.length <= MOST_PROBLEMS) return lines;
  return [
    ...lines.slice(0, MOST_PROBLEMS),
    words('{0} more problems like these', lines.length - MOST_PROBLEMS),
  ];
}

function classNotes(split: DatasetSplit, { layout }: PlacedModel): Words[] {
  const { classes } = boxLayout(layout).head;
  if (classes === split.names.length || split.names.length === 1) return [];
  return [
    words(
      'the model has {0} classes, the dataset {1}: class numbers are taken as they are',
      classes,
      split.names.length,
    ),
  ];
}

/**
 * COCO results: x, y, width, height in pixels of the original image to 3 decimals, as Ultralytics writes them. An image
 * id is the file's number if its name is one, else its name; categories count from 1, or are COCO's own ids if the
 * split is COCO's. Boxes are clipped to the image here and for COCO's numbers, and are not for `map` and its
 * neighbours: so does Ultralytics (8.4), which clips what it writes and judges what it found. With 13 % of boxes
 * reaching outside their image the mAP of the two differed by .0004.
 */
async function writeCocoJson(file: string, { split, results, classes }: ValidationOutcome): Promise<void> {
  const coco =
    classes === COCO_CATEGORY_IDS.length && split.images.some((i) => /(val|test-dev)2017/.test(i.file));
  const category = (cls: number): number => (coco ? COCO_CATEGORY_IDS[cls] : cls + 1);
  const rows = results.flatMap((result) => rowsOf(result, split.images[result.index].file, category));
  await makeFolder(path.dirname(file));
  await writeWhole(file, `[${rows.map((row) => JSON.stringify(row)).join(',\n')}]\n`);
}

function rowsOf(result: ImageResult, file: string, category: (cls: number) => number) {
  const boxes = toImage(result.boxes, result, new Float32Array(result.boxes.length));
  const stem = path.basename(file, path.extname(file));
  const image_id = /^\d+$/.test(stem) ? Number(stem) : stem;
  return Array.from(result.scores, (score, i) => {
    const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4);
    return {
      image_id,
      file_name: path.basename(file),
      category_id: category(result.class[i]),
      bbox: [x1, y1, x2 - x1, y2 - y1].map((v) => Number(v.toFixed(3))),
      score: Number(score.toFixed(5)),
    };
  });
}

/** COCO's category ids of the 80 classes that detectors number from 0: 1 to 90 without the ten that COCO dropped. */
const DROPPED = new Set([12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);

const COCO_CATEGORY_IDS: readonly number[] = Array.from({ length: 90 }, (_, i) => i + 1).filter(
  (id) => !DROPPED.has(id),
);
