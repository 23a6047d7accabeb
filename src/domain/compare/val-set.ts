import { words } from '../../base/words';

/** Why there is neither mAP nor a best checkpoint. */
export const NO_LABELS = words('the val set has no labels: there is no mAP');

/** Fingerprints of content begin so; earlier ones were hashes over paths and cannot be compared with these. */
const OF_CONTENT = 'c:';

/**
 * What a val set is fingerprinted by: what its images and labels contain, in any order, and the names of its classes.
 * Their place on disk does not matter.
 */
export function valSetText(digests: readonly string[], names: readonly string[]): string {
  return `${digests.toSorted(byCodeUnit).join('\n')}\n${JSON.stringify(names)}`;
}

/** A fingerprint of the hash of `valSetText`. */
export const fingerprintOf = (hash: string): string => OF_CONTENT + hash;

/** Of the image, then of its labels. */
export const DIGEST_LENGTH = 11;

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** False only if both are known and differ: an earlier Pitwall's fingerprint cannot be compared with ours. */
export function mayBeSameValSet(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return true;
  return a.startsWith(OF_CONTENT) !== b.startsWith(OF_CONTENT);
}
