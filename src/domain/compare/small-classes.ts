import type { Scored } from '../evaluation/scored';
import type { ImageGroups } from './draw';
import { meanOf } from './limits';
import { mapsOf, meanPresent } from './replicates';

/** The classes of a val set: AP of one checkpoint (NaN without labels), and how many images (or groups) have them. */
export type ClassPoints = { readonly point: Float64Array; readonly units: readonly number[] };

/**
 * mAP of every draw, varied as much as it should be. A class in m images is a sample of m however large the val set is, and its
 * bootstrap too narrow by about sqrt((m - 1) / m); one in a single image does not vary at all but by being drawn or not. So what
 * each class adds to the mAP of a draw is moved away from its mean over the draws by that much. All is linear in the APs:
 * the difference of two checkpoints is widened by what its own classes need, whether both are at hand or only the draws of
 * each were kept. `parts`: AP of each class of one checkpoint, [replicate, class], as bootstrapPair and drawnAps give it.
 */
export function wideMaps(parts: readonly Float64Array[], { point, units }: ClassPoints): Float64Array {
  const classes = units.length;
  const mean = meanPresent(point);
  const rows = parts.flatMap((part) => rowsOf(part, classes)).map((row) => row.map((ap) => ap - mean));
  const more = units.map((m) => Math.sqrt(madeUp(m)) - 1);
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

/** What the variance of a class in m images is to be multiplied by; of one image it is that of presence, 1 / (1 - 1 / e) - 1. */
function madeUp(m: number): number {
  const FEW = [1, 1.72, 1.5, 1.39];
  return FEW[m] ?? m / (m - 1);
}

/** How many images, or groups of them, have each class. */
export function unitsOf(scored: Scored, groups: ImageGroups | undefined): number[] {
  return Array.from({ length: scored.classes }, (_, c) => countUnits(imagesWith(scored, c), groups));
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
