import { type Words, words } from '../../base/words';
import type { Scored } from '../evaluation/scored';
import type { Grouping } from './grouping';
import { FEWEST_DRAWN } from './limits';
import type { Replicates } from './replicates';
import { imagesWith, labelledUnits } from './small-classes';
import { NO_LABELS } from './val-set';

/** What makes a comparison less sure than its interval says. */
export type ComparisonWarning = {
  readonly kind: 'few-images' | 'absent-classes' | 'no-ground-truth' | 'few-drawn';
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

/** Below this an interval of groups is rough. */
const FEW_GROUPS = 10;

export function comparisonWarnings(
  scored: Scored,
  parts: readonly Replicates[],
  groups?: Grouping,
): ComparisonWarning[] {
  const imagesOf = (c: number): number => new Set(imagesWith(scored, c)).size;
  const present = Array.from({ length: scored.classes }, (_, c) => c).filter((c) => imagesOf(c) > 0);
  if (present.length === 0) {
    return [{ kind: 'no-ground-truth', classes: [], said: NO_LABELS }];
  }
  const few = present.filter((c) => imagesOf(c) < FEW_IMAGES);
  const rare = present.filter((c) => absence(parts, c, scored.classes) > RARE);
  return [
    ...fewDrawn(labelledUnits(scored, groups), groups),
    ...fewImages(few, present.length),
    ...absentClasses(rare, present.length),
  ];
}

function fewImages(classes: readonly number[], all: number): ComparisonWarning[] {
  if (classes.length === 0) return [];
  const said = words(
    'AP is unsteady of {0} of {1} classes, which fewer than {2} val images have',
    classes.length,
    all,
    FEW_IMAGES,
  );
  return [{ kind: 'few-images', classes, said }];
}

/** So few that nothing is judged, or groups that give a rough interval: of folders that are two, as train lines often are. */
function fewDrawn(units: number, groups: Grouping | undefined): ComparisonWarning[] {
  const warn = (said: Words): ComparisonWarning[] => [{ kind: 'few-drawn', classes: [], said }];
  if (units < FEWEST_DRAWN) {
    return warn(
      groups
        ? words(
            'too few groups of val images have labels: {0}, and nothing is judged by fewer than {1}',
            units,
            FEWEST_DRAWN,
          )
        : words(
            'too few val images have labels: {0}, and nothing is judged by fewer than {1}',
            units,
            FEWEST_DRAWN,
          ),
    );
  }
  if (!groups || units >= FEW_GROUPS) return [];
  return warn(
    words('the val images are {0} groups: an interval of fewer than {1} is rough', units, FEW_GROUPS),
  );
}

function absentClasses(classes: readonly number[], all: number): ComparisonWarning[] {
  if (classes.length === 0) return [];
  const said = words(
    'more than 1 % of the draws lack one of {0} of {1} classes and average over the others: mAP by itself is too high, trust the difference',
    classes.length,
    all,
  );
  return [{ kind: 'absent-classes', classes, said }];
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
