import { mapPool } from '../../base/pool';
import { greyThumbnail } from '../../dataset/decode/thumbnail';
import type { DatasetImage } from '../../dataset/split';
import { HASHED_SIZE, hashImage, type ImageHash } from '../../domain/dataset/image-hash';

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
