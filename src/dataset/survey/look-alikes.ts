import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { mapPool } from '../../base/async';
import {
  bitsApart,
  greyApart,
  HASHED_SIZE,
  hashImage,
  type ImageHash,
} from '../../domain/dataset/image-hash';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import type { ImageReader } from './image-reader';

/** An image of one split and one of the other with the same content. */
export type DuplicatePair = { readonly train: string; readonly val: string };
export type LookAlikes = {
  readonly identical: readonly DuplicatePair[];
  /** Different bytes that look the same: saved again, made smaller, cut from one film a moment later. */
  readonly near: readonly DuplicatePair[];
};

const WIDTH = 8;
/**
 * Bits of 64 that may differ: photographs that were halved and saved again at quality 60 differ in 0 to 6, of 20,000 pairs of
 * different ones (VOC, blood cells) none differs in 8 or fewer, but one of the same field of view, focused anew.
 */
const MOST_BITS = 6;
/**
 * Mean difference of grey levels, of 255, that the small images of a pair may have. Hashes of drawings agree by their
 * layout alone: two boards with four vertical tracks have one hash, and other colours, holes and defects.
 */
const MOST_GREY = 10;

/** Pairs across two splits; an image that is in both by name is the same file and not a pair. */
export async function findLookAlikes(
  train: readonly string[],
  val: readonly string[],
  images: ImageReader,
): Promise<LookAlikes> {
  const same = await identicalPairs(train, val);
  const rest = val.filter((file) => !same.some((pair) => pair.val === file));
  const [a, b] = await Promise.all([hashesOf(train, images), hashesOf(rest, images)]);
  return { identical: same, near: b.flatMap((one) => nearest(one, a) ?? []) };
}

/** Only files of one size are read: a set of many images is not read twice. */
export async function identicalPairs(
  train: readonly string[],
  val: readonly string[],
): Promise<DuplicatePair[]> {
  const bySize = new Map<number, string[]>();
  const sizes = await mapPool([...train], WIDTH, sizeOf);
  train.forEach((file, i) => {
    bySize.set(sizes[i], [...(bySize.get(sizes[i]) ?? []), file]);
  });
  const pairs = await mapPool([...val], WIDTH, async (file): Promise<DuplicatePair | undefined> => {
    const candidates = bySize.get(await sizeOf(file)) ?? [];
    if (candidates.length === 0) return undefined;
    const own = await contentOf(file);
    for (const other of candidates) if ((await contentOf(other)) === own) return { train: other, val: file };
    return undefined;
  });
  return pairs.filter((pair) => pair !== undefined);
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => -1,
  );

async function contentOf(file: string): Promise<string> {
  const bytes = await readBytes(file, { most: MOST_BYTES.image, links: 'follow' }).catch(() =>
    Buffer.from(file),
  );
  return createHash('sha256').update(bytes).digest('base64');
}

type Hashed = ImageHash & { readonly file: string };

async function hashesOf(files: readonly string[], images: ImageReader): Promise<Hashed[]> {
  const found = await mapPool(files, WIDTH, async (file) => {
    const pixels = await images.thumbnail(file, HASHED_SIZE);
    const hash = pixels && hashImage(pixels);
    return hash && { file, ...hash };
  });
  return found.filter((hash) => hash !== undefined);
}

function nearest(one: Hashed, others: readonly Hashed[]): DuplicatePair | undefined {
  let best: { file: string; bits: number } | undefined;
  for (const other of others) {
    const bits = bitsApart(one, other);
    if (bits >= (best?.bits ?? MOST_BITS + 1)) continue;
    if (greyApart(one, other) <= MOST_GREY) best = { file: other.file, bits };
  }
  return best && { train: best.file, val: one.file };
}
