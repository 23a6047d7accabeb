import { webcrypto } from 'node:crypto';
import type { DatasetImage } from '../../dataset/split';
import { DIGEST_LENGTH } from '../../domain/compare/val-set';
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
