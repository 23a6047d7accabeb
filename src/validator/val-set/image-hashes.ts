import { mapPool } from '../../base/pool';
import { greyThumbnail } from '../../dataset/decode/thumbnail';
import type { DatasetImage } from '../../dataset/split';
import { LOOK_SIZE, type Look, lookOf } from '../../domain/dataset/image-hash';

type Image = Pick<DatasetImage, 'file' | 'stamp'>;
type Known = { readonly stamp: string; readonly look: Look | undefined };

/** Images opened at once, beside a training that is not to be slowed down. */
const WIDTH = 4;
/** A few milliseconds each, once; larger sets are hardly ever frames of a few videos alone. */
const MOST_LOOKED_AT = 5000;

/** What images look like, kept while their files stay as they are; nothing of a set that is too large to look at. */
export class ImageLooks {
  readonly #known = new Map<string, Known>();

  async of(images: readonly Image[]): Promise<readonly (Look | undefined)[]> {
    if (images.length > MOST_LOOKED_AT) return images.map(() => undefined);
    return mapPool([...images], WIDTH, (image) => this.#lookAt(image));
  }

  async #lookAt({ file, stamp }: Image): Promise<Look | undefined> {
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known.look;
    const pixels = await greyThumbnail(file, LOOK_SIZE);
    const look = pixels && lookOf(pixels);
    this.#known.set(file, { stamp, look });
    return look;
  }
}
