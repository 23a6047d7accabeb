import type { Scored } from '../evaluation/scored';
import type { ImageGroups } from './draw';
import { meanOf } from './limits';
import { mapsOf, meanPresent } from './replicates';

/** How many images (or groups) have each class, of so many. */
export type ClassUnits = { readonly having: readonly number[]; readonly of: number };

/** The classes of a val set: AP of one checkpoint (NaN without labels), and what they are drawn from. */
export type ClassPoints = { readonly point: Float64Array; readonly units: ClassUnits };

/**
 * mAP of every draw, varied as much as it should be. A class in m images is a sample of m however large the val set is, and one in
 * a single image does not vary at all but by being drawn or not. So what each class adds to the mAP of a draw is moved away from
 * its mean over the draws by what its bootstrap lacks (madeUp). All is linear in the APs:
 * the difference of two checkpoints is widened by what its own classes need, whether both are at hand or only the draws of
 * each were kept. `parts`: AP of each class of one checkpoint, [replicate, class], as bootstrapPair and drawnAps give it.
 */
export function wideMaps(parts: readonly Float64Array[], { point, units }: ClassPoints): Float64Array {
  const classes = units.having.length;
  const mean = meanPresent(point);
  const rows = parts.flatMap((part) => rowsOf(part, classes)).map((row) => row.map((ap) => ap - mean));
  const more = units.having.map((m) => Math.sqrt(madeUp(m, units.of)) - 1);
  const centres = more.map((_, c) => meanOf(rows.map((row) => addedBy(row, c))));
  return mapsOf(parts, classes).map((map, r) => {
    const row = rows[r];
    const moved = more.reduce((sum, factor, c) => sum + factor * (addedBy(row, c) - centres[c]), 0);
    return map + moved / row.filter((off) => !Number.isNaN(off)).length;
  });
}

/** A class that a draw has no label of adds nothing. */
const addedBy = (row: Float64Array, c: number): number => (Number.isNaN(row[c]) ? 0 : row[c]);

function rowsOf(aps: Float64Array, classes: number): Float64Array[] {
  return Array.from({ length: aps.length / classes }, (_, r) => aps.subarray(classes * r, classes * (r + 1)));
}

/**
 * What the variance of a class in m of n images is to be multiplied by. Take its AP for a mean of m values of variance 1: it
 * varies by 1 / m. A draw has K images of the class, K binomial of mean m. Its mean of those drawn varies by (m - 1) / m times
 * E[1 / K]; absent it adds nothing, and the mAP is a mean over fewer classes, by P(K > 0) if the others are as rare. So what it
 * adds is that mean, or 0, over P(K > 0). Of one to three images this varies too little, and if all images have the class by
 * n - 1 of n; between, E[1 / K] makes up for m - 1 of m. (As if K did not vary, m / (m - 1), the limits of 70 classes held .975 to
 * .982; with nothing .89 to .92 of 50 images.)
 *
 * @internal A test draws such classes.
 */
export function madeUp(m: number, n: number): number {
  if (m === 0) return 1;
  if (m > MANY || m === n) return n / Math.max(1, n - 1);
  const none = (1 - m / n) ** n;
  let [chance, inverse] = [none, 0];
  for (let k = 1; k <= n; k++) {
    chance *= ((n - k + 1) / k) * (m / (n - m));
    inverse += chance / k;
  }
  return Math.max(1, (1 - none) ** 2 / ((m - 1) * inverse + none * (1 - none)));
}

/** From here on E[1 / K] is (1 + (1 - m / n) / m) / m to a thousandth, and (m - 1) / m of it (n - 1) / n. */
const MANY = 30;

export function unitsOf(scored: Scored, groups: ImageGroups | undefined): ClassUnits {
  const having = Array.from({ length: scored.classes }, (_, c) => countUnits(imagesWith(scored, c), groups));
  return { having, of: groups?.count ?? scored.images };
}

/** Images of a class, one for each label. */
export function imagesWith({ truthStart, truthImage }: Scored, classIndex: number): Uint32Array {
  return truthImage.subarray(truthStart[classIndex], truthStart[classIndex + 1]);
}

/** How many images, or groups of them, have a label at all: the others vary nothing. */
export function labelledUnits({ truthImage }: Scored, groups: ImageGroups | undefined): number {
  return countUnits(truthImage, groups);
}

export function countUnits(images: Uint32Array, groups: ImageGroups | undefined): number {
  return new Set(groups ? images.map((image) => groups.of[image]) : images).size;
}
