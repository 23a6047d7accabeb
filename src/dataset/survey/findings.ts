import path from 'node:path';
import type { Problem, Severity } from '../../base/problem';
import { labelPathOf } from '../../domain/dataset/image-path';
import { LEAST_PIXELS } from '../../domain/dataset/label-stats';
import { percent, whole } from '../../domain/schedule/summary';
import type { ForeignLabels } from './foreign-labels';
import type { DuplicatePair } from './look-alikes';
import type { SplitSurvey, Survey } from './survey';

/** If more than this share of a split has no label, that is more often a mistake than background. */
const MUCH_BACKGROUND = 0.5;
const MOST_EXAMPLES = 3;

type SurveyPlace = { readonly file: string; readonly imgsz: number };

/** What a person should know of a surveyed dataset before training on it; what is in order is not mentioned. */
export function findingsOf({ names, splits, lookAlikes }: Survey, place: SurveyPlace): Problem[] {
  const found = splits.flatMap((split) => [
    ...labelFindings(split, place),
    ...classFindings(split, names, place),
    ...boxFindings(split, place),
  ]);
  return [...found, ...pairFindings(lookAlikes, place)];
}

const problem = (place: SurveyPlace, key: string, severity: Severity, message: string): Problem => ({
  ...{ severity, file: place.file, key, message },
});

function labelFindings(split: SplitSurvey, place: SurveyPlace): Problem[] {
  const { name, images, unlabelled, boxes, foreign } = split;
  if (images === 0 || unlabelled.length === 0) return [];
  const instead = insteadOf(foreign, place);
  if (unlabelled.length === images) {
    const message = `none of the ${whole(images)} images has a label file (looked for ${labelPathOf(unlabelled[0])}); ${instead}`;
    return [problem(place, name, 'error', message)];
  }
  const share = unlabelled.length / images;
  const severity = share > MUCH_BACKGROUND || foreign ? 'warning' : 'info';
  const advice = foreign ? `; ${instead}` : ' and count as background';
  const message = `${whole(unlabelled.length)} of ${whole(images)} images (${percent(share)}) have no label file${advice}: ${examples(unlabelled)}`;
  return boxes === 0 ? [] : [problem(place, name, severity, message)];
}

function insteadOf(foreign: ForeignLabels | undefined, { file }: SurveyPlace): string {
  if (foreign === undefined) return 'a detector learns nothing from images without labels';
  const what = foreign.kind === 'voc' ? `Pascal VOC, e.g. ${foreign.example}` : `COCO JSON, ${foreign.file}`;
  return `labels were found in another format (${what}): pitwall data ${file} --convert writes them as YOLO labels`;
}

function classFindings(
  { name, perClass, boxes }: SplitSurvey,
  names: readonly string[],
  place: SurveyPlace,
): Problem[] {
  if (boxes === 0) return [];
  const empty = names.filter((_, cls) => !perClass[cls]);
  if (empty.length === 0) return [];
  const some = empty.slice(0, MOST_EXAMPLES).join(', ');
  const more = empty.length > MOST_EXAMPLES ? ` and ${empty.length - MOST_EXAMPLES} more` : '';
  const message = `${whole(empty.length)} of ${whole(names.length)} classes have no instance: ${some}${more}`;
  return [problem(place, name, name === 'train' ? 'warning' : 'info', message)];
}

function boxFindings({ name, boxes, outside, tiny = 0 }: SplitSurvey, place: SurveyPlace): Problem[] {
  const found: Problem[] = [];
  if (outside.count > 0) {
    const message = `${whole(outside.count)} of ${whole(boxes)} boxes reach out of their image, e.g. in ${outside.example}`;
    found.push(problem(place, name, 'warning', message));
  }
  if (tiny > 0) {
    const message = `${whole(tiny)} of ${whole(boxes)} boxes are under ${LEAST_PIXELS} pixels at imgsz ${place.imgsz}: nothing can be learnt from them`;
    found.push(problem(place, name, 'warning', message));
  }
  return found;
}

function pairFindings({ identical, near }: Survey['lookAlikes'], place: SurveyPlace): Problem[] {
  const findings = (pairs: readonly DuplicatePair[], what: string): Problem[] => {
    if (pairs.length === 0) return [];
    const [{ train, val }] = pairs;
    const count = pairs.length === 1 ? '1 image of val is' : `${whole(pairs.length)} images of val are`;
    const message = `${count} ${what}, e.g. ${val} and ${train}: mAP is better on what was trained on`;
    return [problem(place, 'val', 'warning', message)];
  };
  return [...findings(identical, 'in train as well'), ...findings(near, 'nearly the same as one of train')];
}

function examples(files: readonly string[]): string {
  const some = files.slice(0, MOST_EXAMPLES).map((file) => path.basename(file));
  return `${some.join(', ')}${files.length > MOST_EXAMPLES ? ', ...' : ''}`;
}
