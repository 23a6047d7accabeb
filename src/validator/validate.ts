import { BadInputError } from '../base/bad-input';
import { formatProblem } from '../base/problem';
import type { DatasetSplit } from '../dataset/split';
import type { ValidateParams, ValidateResult } from '../protocol/validator';
import { type Inferred, inferAll } from './infer';
import type { PlacedModel } from './model/open-on-device';
import { reportOf } from './report';
import { judgedSetOf } from './val-set/judged-set';
import { readSplit } from './val-split';
import type { WarmState } from './warm';
import { writeDetections } from './write-detections';
import { writeCocoJson } from './write-json';

const MOST_PROBLEMS = 20;

/** Metrics of one model on one split. Throws BadInputError, one line, where model or data cannot be used. */
export async function validate(
  warm: WarmState,
  params: ValidateParams,
  onProgress: (done: number, total: number) => void,
): Promise<ValidateResult> {
  const start = performance.now();
  const split = await readSplit(params, warm.knownImages(JSON.stringify([params.data, params.split])));
  const { load, ...inferred } = await inferAll(warm, { params, split, onProgress });
  const { model, results, batch, inference, unread, notes } = inferred;
  const run = secondsSince(start) - load;
  if (results.length === 0)
    throw new BadInputError(`${params.data}: no image of the ${params.split} split can be read`);
  const classes = params.single_cls ? 1 : Math.max(split.names.length, model.layout.head.classes);
  const { device, half, why, input, metadata } = model;
  const ran = { device, half, why, input, names: metadata.names };
  const outcome = { params, split, model: ran, results, classes, batch, skipped: unread.size };
  const report = reportOf(outcome, { start, load, run, inference });
  const set = await judgedSetOf(split, results, warm.digests);
  if (params.det !== undefined) await writeDetections(params.det, outcome, set);
  if (params.saveJson !== undefined) await writeCocoJson(params.saveJson, outcome);
  return { report, fingerprint: set.fingerprint, problems: problemsOf({ split, model, unread, notes }) };
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

type ReportSource = Pick<Inferred, 'model' | 'unread' | 'notes'> & { readonly split: DatasetSplit };

function problemsOf({ split, model, unread, notes }: ReportSource): string[] {
  const lines = [
    ...model.notes,
    ...notes,
    ...classNotes(split, model),
    ...split.problems.map(formatProblem),
    ...[...unread.values()].map((message) => `${message}; the image is left out`),
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
