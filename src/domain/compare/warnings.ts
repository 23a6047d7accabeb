import { type Words, words } from '../../base/words';
import type { Scored } from '../evaluation/scored';
import type { Replicates } from './replicates';

/** What makes a comparison less sure than its interval says. */
export type ComparisonWarning = {
  readonly kind: 'few-images' | 'absent-classes' | 'no-ground-truth';
  /** Indexes of the classes it is about. */
  readonly classes: readonly number[];
  readonly said: Words;
};

/** What no interval over images covers; it is shown beside it. */
export const SAMPLING_ONLY = words(
  'not covered: another training seed, which moves mAP by 0.002 to 0.003 on COCO, by 0.02 to 0.05 on small sets',
);

/** Below this the AP of a class is unsteady. */
const FEW_IMAGES = 10;
/** Share of draws that may lack a class before mAP is a mean over changing classes. */
const RARE = 0.01;

export function comparisonWarnings(scored: Scored, parts: readonly Replicates[]): ComparisonWarning[] {
  const present = Array.from({ length: scored.classes }, (_, c) => c).filter((c) => imagesOf(scored, c) > 0);
  if (present.length === 0) {
    return [
      { kind: 'no-ground-truth', classes: [], said: words('the val set has no labels: there is no mAP') },
    ];
  }
  const few = present.filter((c) => imagesOf(scored, c) < FEW_IMAGES);
  const rare = present.filter((c) => absence(parts, c, scored.classes) > RARE);
  return [...fewImages(few, present.length), ...absentClasses(rare)];
}

function fewImages(classes: readonly number[], all: number): ComparisonWarning[] {
  if (classes.length === 0) return [];
  const said = words(
    '{0} of {1} classes are in fewer than {2} val images: their AP is unsteady',
    classes.length,
    all,
    FEW_IMAGES,
  );
  return [{ kind: 'few-images', classes, said }];
}

function absentClasses(classes: readonly number[]): ComparisonWarning[] {
  if (classes.length === 0) return [];
  const said = words(
    '{0} classes are missing from more than 1 % of the draws, which average over the others: mAP by itself is too high, trust the difference',
    classes.length,
  );
  return [{ kind: 'absent-classes', classes, said }];
}

function imagesOf({ truthStart, truthImage }: Scored, classIndex: number): number {
  return new Set(truthImage.subarray(truthStart[classIndex], truthStart[classIndex + 1])).size;
}

function absence(parts: readonly Replicates[], classIndex: number, classes: number): number {
  let absent = 0;
  let all = 0;
  for (const { a } of parts) {
    for (let at = classIndex; at < a.length; at += classes) {
      absent += Number(Number.isNaN(a[at]));
      all++;
    }
  }
  return all === 0 ? 0 : absent / all;
}
