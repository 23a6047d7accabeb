import { wordsOf } from '../../../base/worded-error';
import type { Words } from '../../../base/words';
import { decodeImage } from '../../../dataset/decode/decode';
import type { RgbImage } from '../../../domain/detection/image';
import { resizeBilinear } from '../../../domain/detection/resize';

const EMPTY = 0;
const READY = 1;

/**
 * Decoded images in memory that all workers share: one slot of imgsz x imgsz x 3 bytes per image, as many as the bound
 * allows. Two workers may fill one slot at once; both write the same bytes.
 */
export type ImageCache = {
  readonly imgsz: number;
  readonly slots: number;
  /** state, width, height of each slot. */
  readonly index: SharedArrayBuffer;
  readonly pixels: SharedArrayBuffer;
};

export function createImageCache(images: number, imgsz: number, mostBytes: number): ImageCache {
  const slotBytes = imgsz * imgsz * 3;
  const slots = Math.max(0, Math.min(images, Math.floor(mostBytes / slotBytes)));
  return {
    imgsz,
    slots,
    index: new SharedArrayBuffer(slots * 3 * Int32Array.BYTES_PER_ELEMENT),
    pixels: new SharedArrayBuffer(slots * slotBytes),
  };
}

export type LoadedImage =
  | { readonly kind: 'image'; readonly image: RgbImage }
  | { readonly kind: 'unreadable'; readonly said: Words };

/** Image `index` of `files` with its longer side at imgsz, from the cache or decoded. */
export async function loadImage(
  cache: ImageCache,
  files: readonly string[],
  index: number,
): Promise<LoadedImage> {
  const found = index < cache.slots ? readSlot(cache, index) : undefined;
  if (found) return { kind: 'image', image: found };
  try {
    const image = fitLongSide(await decodeImage(files[index]), cache.imgsz);
    if (index < cache.slots) writeSlot(cache, index, image);
    return { kind: 'image', image };
  } catch (error) {
    return { kind: 'unreadable', said: wordsOf(error) };
  }
}

/** As Ultralytics' load_image: the longer side becomes `size`, the shorter is rounded up. */
export function fitLongSide(image: RgbImage, size: number): RgbImage {
  const ratio = size / Math.max(image.width, image.height);
  if (ratio === 1) return image;
  const width = Math.min(Math.ceil(image.width * ratio), size);
  const height = Math.min(Math.ceil(image.height * ratio), size);
  return resizeBilinear(image, width, height);
}

function readSlot(cache: ImageCache, slot: number): RgbImage | undefined {
  const index = new Int32Array(cache.index, slot * 12, 3);
  if (Atomics.load(index, 0) === EMPTY) return undefined;
  const data = new Uint8Array(cache.pixels, slot * cache.imgsz * cache.imgsz * 3, index[1] * index[2] * 3);
  return { width: index[1], height: index[2], data };
}

function writeSlot(cache: ImageCache, slot: number, image: RgbImage): void {
  const index = new Int32Array(cache.index, slot * 12, 3);
  const start = slot * cache.imgsz * cache.imgsz * 3;
  new Uint8Array(cache.pixels, start, image.data.length).set(image.data);
  index[1] = image.width;
  index[2] = image.height;
  Atomics.store(index, 0, READY);
}
