import { webcrypto } from 'node:crypto';
import { mapPool } from '../../base/async';
import { greyThumbnail } from '../../dataset/decode/decode';
import type { DatasetImage } from '../../dataset/split';
import { DIGEST_LENGTH } from '../../domain/compare/val-set';
import { HASHED_SIZE, hashImage, type ImageHash } from '../../domain/dataset/image-hash';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';

type StampedImage = Pick<DatasetImage, 'file' | 'stamp'>;
type KnownDigest = { readonly stamp: string; readonly digest: Promise<string> };

/** Digests of image files, computed from the bytes that are decoded anyway and kept while the files do not change. */
export class ImageDigests {
  readonly #known = new Map<string, KnownDigest>();

  /** The file was read just now, and these are its bytes. */
  note({ file, stamp }: StampedImage, bytes: Uint8Array): void {
    if (this.#known.get(file)?.stamp === stamp) return;
    const digest = digestOf(bytes);
    // The error is thrown to the caller that asks for it.
    digest.catch(() => undefined);
    this.#known.set(file, { stamp, digest });
  }

  /** Reads the file if it has not been read yet. */
  async of(image: StampedImage): Promise<string> {
    const known = this.#known.get(image.file);
    if (known?.stamp === image.stamp) return known.digest;
    this.note(image, await readBytes(image.file, { most: MOST_BYTES.image, links: 'follow' }));
    return this.of(image);
  }
}

/** On another thread, beside decoding. */
async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = await webcrypto.subtle.digest('SHA-256', bytes);
  return Buffer.from(hash).toString('base64url').slice(0, DIGEST_LENGTH);
}

type HashedImage = Pick<DatasetImage, 'file' | 'stamp'>;
type KnownHash = { readonly stamp: string; readonly hash: ImageHash | undefined };

/** Images opened at once, beside a training that is not to be slowed down. */
const WIDTH = 4;
/** A few milliseconds each, once; larger sets are hardly ever frames of a few videos alone. */
const MOST_HASHED = 5000;

/** What images look like, kept while their files stay as they are; nothing of a set that is too large to look at. */
export class ImageHashes {
  readonly #known = new Map<string, KnownHash>();

  async of(images: readonly HashedImage[]): Promise<readonly (ImageHash | undefined)[]> {
    if (images.length > MOST_HASHED) return images.map(() => undefined);
    return mapPool([...images], WIDTH, (image) => this.#hashOf(image));
  }

  async #hashOf({ file, stamp }: HashedImage): Promise<ImageHash | undefined> {
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known.hash;
    const pixels = await greyThumbnail(file, HASHED_SIZE);
    const hash = pixels && hashImage(pixels);
    this.#known.set(file, { stamp, hash });
    return hash;
  }
}
