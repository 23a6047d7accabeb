import { createHash } from 'node:crypto';
import { mapPool } from '../../base/async';
import type { DatasetImage, DatasetSplit } from '../../dataset/split';
import { fingerprintOf, valSetText } from '../../domain/compare/val-set';
import type { ImageResult } from './collect';
import type { ImageDigests } from './image-digests';

/** What a checkpoint was judged on: the images that were read, in an order that does not depend on their names. */
export type JudgedSet<R = ImageResult> = {
  readonly fingerprint: string;
  readonly results: readonly R[];
  /** Of each result: its image, then its labels. */
  readonly digests: readonly string[];
};

/** Files read at once, if they were not read before. */
const READ_WIDTH = 16;
const HASH_DIGITS = 32;

type Labelled = Pick<DatasetSplit, 'datasetNames'> & {
  readonly images: readonly Pick<DatasetImage, 'file' | 'stamp' | 'labelDigest'>[];
};

export async function judgedSetOf<R extends { readonly index: number }>(
  { images, datasetNames }: Labelled,
  found: readonly R[],
  digests: ImageDigests,
): Promise<JudgedSet<R>> {
  const judged = await mapPool(found, READ_WIDTH, async (result) => {
    const image = images[result.index];
    return { result, digest: (await digests.of(image)) + image.labelDigest };
  });
  const ordered = judged.sort((a, b) => compareText(a.digest, b.digest) || a.result.index - b.result.index);
  const own = ordered.map(({ digest }) => digest);
  const hash = createHash('sha256').update(valSetText(own, datasetNames)).digest('hex');
  return {
    fingerprint: fingerprintOf(hash.slice(0, HASH_DIGITS)),
    results: ordered.map(({ result }) => result),
    digests: own,
  };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
