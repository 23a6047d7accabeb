import path from 'node:path';
import { type Problem, type Severity, worded } from '../../base/problem';
import { type Words, words } from '../../base/words';
import { labelPathOf } from '../../domain/dataset/image-path';
import { LEAST_PIXELS } from '../../domain/dataset/labels';
import { formatCount } from '../../domain/display/format';
import { percent } from '../../domain/schedule/summary';
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

const problem = (place: SurveyPlace, key: string, severity: Severity, said: Words): Problem => ({
  ...{ severity, file: place.file, key, ...worded(said) },
});

function labelFindings(split: SplitSurvey, place: SurveyPlace): Problem[] {
  const { name, images, unlabelled, boxes, foreign } = split;
  if (images === 0 || unlabelled.length === 0) return [];
  if (unlabelled.length === images) return [problem(place, name, 'error', noLabels(split, place))];
  if (boxes === 0) return [];
  const share = unlabelled.length / images;
  const severity = share > MUCH_BACKGROUND || foreign ? 'warning' : 'info';
  const counts = [
    formatCount(unlabelled.length),
    formatCount(images),
    percent(share),
    examples(unlabelled),
  ] as const;
  const said = foreign
    ? words('{0} of {1} images ({2}) have no label file; {4}: {3}', ...counts, insteadOf(foreign, place))
    : words('{0} of {1} images ({2}) have no label file and count as background: {3}', ...counts);
  return [problem(place, name, severity, said)];
}

function noLabels({ images, unlabelled, foreign }: SplitSurvey, place: SurveyPlace): Words {
  return words(
    'none of the {0} images has a label file (looked for {1}); {2}',
    formatCount(images),
    labelPathOf(unlabelled[0]),
    insteadOf(foreign, place),
  );
}

function insteadOf(foreign: ForeignLabels | undefined, { file }: SurveyPlace): Words {
  if (foreign === undefined) return words('a detector learns nothing from images without labels');
  const what =
    foreign.kind === 'voc' ? words('Pascal VOC, e.g. {0}', foreign.example) : `COCO JSON, ${foreign.file}`;
  return words(
    'labels were found in another format ({0}): pitwall data {1} --convert writes them as YOLO labels',
    what,
    file,
  );
}

function classFindings(
  { name, perClass, boxes }: SplitSurvey,
  names: readonly string[],
  place: SurveyPlace,
): Problem[] {
  if (boxes === 0) return [];
  const empty = names.filter((_, cls) => !perClass[cls]);
  if (empty.length === 0) return [];
  const parts = [
    formatCount(empty.length),
    formatCount(names.length),
    empty.slice(0, MOST_EXAMPLES).join(', '),
  ] as const;
  const said =
    empty.length > MOST_EXAMPLES
      ? words('{0} of {1} classes have no instance: {2} and {3} more', ...parts, empty.length - MOST_EXAMPLES)
      : words('{0} of {1} classes have no instance: {2}', ...parts);
  return [problem(place, name, name === 'train' ? 'warning' : 'info', said)];
}

function boxFindings({ name, boxes, outside, tiny = 0 }: SplitSurvey, place: SurveyPlace): Problem[] {
  const found: Words[] = [];
  if (outside.count > 0)
    found.push(
      words(
        '{0} of {1} boxes reach out of their image, e.g. in {2}',
        formatCount(outside.count),
        formatCount(boxes),
        outside.example ?? '',
      ),
    );
  if (tiny > 0)
    found.push(
      words(
        '{0} of {1} boxes are under {2} pixels at imgsz {3}: nothing can be learnt from them',
        ...[formatCount(tiny), formatCount(boxes), LEAST_PIXELS, place.imgsz],
      ),
    );
  return found.map((said) => problem(place, name, 'warning', said));
}

function pairFindings({ identical, near }: Survey['lookAlikes'], place: SurveyPlace): Problem[] {
  const findings = (pairs: readonly DuplicatePair[], sayOf: (pairs: readonly DuplicatePair[]) => Words) =>
    pairs.length === 0 ? [] : [problem(place, 'val', 'warning', sayOf(pairs))];
  return [...findings(identical, identicalWords), ...findings(near, nearWords)];
}

function identicalWords(pairs: readonly DuplicatePair[]): Words {
  const [{ train, val }] = pairs;
  return pairs.length === 1
    ? words(
        '1 image of val is in train as well, e.g. {0} and {1}: mAP is better on what was trained on',
        val,
        train,
      )
    : words(
        '{0} images of val are in train as well, e.g. {1} and {2}: mAP is better on what was trained on',
        formatCount(pairs.length),
        val,
        train,
      );
}

function nearWords(pairs: readonly DuplicatePair[]): Words {
  const [{ train, val }] = pairs;
  return pairs.length === 1
    ? words(
        '1 image of val is nearly the same as one of train, e.g. {0} and {1}: mAP is better on what was trained on',
        val,
        train,
      )
    : words(
        '{0} images of val are nearly the same as one of train, e.g. {1} and {2}: mAP is better on what was trained on',
        formatCount(pairs.length),
        val,
        train,
      );
}

function examples(files: readonly string[]): string {
  const some = files.slice(0, MOST_EXAMPLES).map((file) => path.basename(file));
  return `${some.join(', ')}${files.length > MOST_EXAMPLES ? ', ...' : ''}`;
}
