import type { Translate } from '../base/translate';
import type { GalleryBox, GalleryImage } from './webview';

/** What a person wants to see of the boxes. */
export type BoxFilter = {
  /** Detections below it are not shown, and find nothing. */
  readonly confidence: number;
  /** Names of classes. */
  readonly hidden: ReadonlySet<string>;
};

export type ShownKind = 'truth' | 'missed' | 'hit' | 'false';
export type ShownBox = { readonly box: GalleryBox; readonly kind: ShownKind };

export function shownBoxes(boxes: readonly GalleryBox[], { confidence, hidden }: BoxFilter): ShownBox[] {
  return boxes
    .filter(({ name, score }) => !hidden.has(name) && (score === undefined || score >= confidence))
    .map((box) => ({ box, kind: kindAt(box, confidence) }));
}

/** A label is missed if what finds it is not shown: detections are matched best first, so a lower one never changes that. */
function kindAt({ kind, foundAt = Number.NEGATIVE_INFINITY }: GalleryBox, confidence: number): ShownKind {
  return kind === 'truth' && foundAt < confidence ? 'missed' : kind;
}

export const countOf = (shown: readonly ShownBox[], kind: ShownKind): number =>
  shown.filter((one) => one.kind === kind).length;

/** Its class, and how sure it is if it is a detection. */
export const labelOf = ({ name, score }: GalleryBox): string =>
  score === undefined ? name : `${name} ${score.toFixed(2).replace(/^0/, '')}`;

/** The classes of an image's boxes in the order of their names. */
export function classNames({ boxes }: Pick<GalleryImage, 'boxes'>): string[] {
  return [...new Set(boxes.map(({ name }) => name))].sort((a, b) => a.localeCompare(b));
}

/** "2 spur, 1 open circuit": how many boxes of each class. */
export function inClasses(shown: readonly ShownBox[]): string {
  const counts = new Map<string, number>();
  for (const { box } of shown) counts.set(box.name, (counts.get(box.name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}

/** What is wrong with what is shown of an image. */
export function mistakesText(shown: readonly ShownBox[], t: Translate): string {
  const [missed, wrong] = [countOf(shown, 'missed'), countOf(shown, 'false')];
  const parts = [
    ...(missed > 0 ? [t('{0} missed', missed)] : []),
    ...(wrong > 0 ? [t('{0} false', wrong)] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : t('all found');
}
