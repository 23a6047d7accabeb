import { type Words, words } from '../../base/words';
import { sortByKey } from '../evaluation/order';
import type { DetectionRecord } from './record';
import { SIDES } from './sides';
import { DIGEST_LENGTH } from './val-set';

export type Aligned =
  | {
      readonly kind: 'aligned';
      readonly a: DetectionRecord;
      readonly b: DetectionRecord;
      readonly said: readonly Words[];
    }
  | { readonly kind: 'refused'; readonly why: Words };

/** Gives both records the same images under the same numbers, or says how their val sets differ. */
export function alignImages(a: DetectionRecord, b: DetectionRecord): Aligned {
  // Records of one fingerprint come in one order: that of the digests, or of the paths that were fingerprinted.
  if (a.header.fingerprint === b.header.fingerprint && a.header.images === b.header.images)
    return { kind: 'aligned', a, b, said: [] };
  const [digestsA, digestsB] = [a.header.digests, b.header.digests];
  if (digestsA && digestsB) return { kind: 'refused', why: difference(a, b, [digestsA, digestsB]) };
  if (!digestsA && !digestsB) return { kind: 'refused', why: EARLIER_SETS_DIFFER };
  return digestsA ? byNames(a, b, (b2) => [a, b2]) : byNames(b, a, (a2) => [a2, b]);
}

const EARLIER_SETS_DIFFER = words(
  '{0} and {1} were validated by an earlier Pitwall on val sets of other paths, sizes or labels: validate one of them again',
  SIDES.a,
  SIDES.b,
);
const UNMATCHED = words(
  'one of {0} and {1} was validated by an earlier Pitwall, and its images are not those of the other by name and size: validate it again',
  SIDES.a,
  SIDES.b,
);
const MATCHED = words(
  'one of {0} and {1} was validated by an earlier Pitwall: its images were matched by name, size and labels',
  SIDES.a,
  SIDES.b,
);

/** An earlier record does not say what its images contain: they are known by their names and sizes. */
function byNames(
  record: DetectionRecord,
  earlier: DetectionRecord,
  pair: (matched: DetectionRecord) => readonly [DetectionRecord, DetectionRecord],
): Aligned {
  const places = new Map(namesOf(record).map((name, i) => [name, i]));
  const found = namesOf(earlier).map((name) => places.get(name));
  const order = found.filter((place) => place !== undefined);
  if (order.length !== record.header.images || new Set(order).size !== found.length)
    return { kind: 'refused', why: UNMATCHED };
  const [a, b] = pair(renumber(earlier, order, record));
  return { kind: 'aligned', a, b, said: [MATCHED] };
}

function namesOf({ header: { files, sizes } }: DetectionRecord): string[] {
  return files.map((file, i) => `${file} ${sizes[2 * i]}x${sizes[2 * i + 1]}`);
}

/** The record with image i as image order[i], images ascending. */
function renumber(record: DetectionRecord, order: readonly number[], like: DetectionRecord): DetectionRecord {
  const { files, sizes } = like.header;
  const { detections, truth } = record;
  return {
    // Groups of an earlier Pitwall there are none.
    header: { ...record.header, files, sizes },
    detections: { ...inOrder(detections, order), scores: scoresInOrder(detections, order) },
    truth: { ...truth, ...inOrder(truth, order) },
  };
}

type FlatBoxes = { readonly boxes: Float32Array; readonly class: Uint16Array; readonly image: Uint32Array };

function inOrder(flat: FlatBoxes, order: readonly number[]): FlatBoxes {
  const moved = orderOf(flat, order);
  return {
    boxes: Float32Array.from(
      { length: flat.boxes.length },
      (_, k) => flat.boxes[4 * moved[k >> 2] + (k & 3)],
    ),
    class: Uint16Array.from(moved, (i) => flat.class[i]),
    image: Uint32Array.from(moved, (i) => order[flat.image[i]]),
  };
}

function scoresInOrder(flat: FlatBoxes & { readonly scores: Float32Array }, order: readonly number[]) {
  return Float32Array.from(orderOf(flat, order), (i) => flat.scores[i]);
}

function orderOf({ image }: FlatBoxes, order: readonly number[]): Uint32Array {
  const key = image.map((i) => order[i]);
  return sortByKey(Uint32Array.from(image.keys()), key, order.length);
}

/** How two sets that are known by their contents differ: by their images, else by their labels, else by their classes. */
function difference(
  a: DetectionRecord,
  b: DetectionRecord,
  [digestsA, digestsB]: readonly [readonly string[], readonly string[]],
): Words {
  const images = (digests: readonly string[]) => digests.map((digest) => digest.slice(0, DIGEST_LENGTH));
  const [lacksB, lacksA] = [
    without(images(digestsA), images(digestsB)),
    without(images(digestsB), images(digestsA)),
  ];
  const counts = [a.header.images, b.header.images] as const;
  if (lacksA + lacksB > 0)
    return words(
      'the val sets differ: {0} images for {4}, {1} for {5}; {2} of {4} are not in {5}, {3} of {5} are not in {4}',
      ...counts,
      lacksB,
      lacksA,
      SIDES.a,
      SIDES.b,
    );
  const relabelled = without(digestsA, digestsB);
  if (relabelled > 0)
    return words(
      'the val sets differ: {0} of {1} images have other labels for {3} than for {2}',
      relabelled,
      counts[0],
      SIDES.a,
      SIDES.b,
    );
  const names = ({ header }: DetectionRecord): string => header.classes.join(', ');
  return words(
    'the classes of the val sets differ: {0} for {2}; {1} for {3}',
    names(a),
    names(b),
    SIDES.a,
    SIDES.b,
  );
}

/** How many of `own` are left after each of `others` is taken away once. */
function without(own: readonly string[], others: readonly string[]): number {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return own.filter((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  }).length;
}
