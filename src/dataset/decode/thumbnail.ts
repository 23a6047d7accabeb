import sharp from 'sharp';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import { MOST_PIXELS, readableFormat } from './formats';

/** An upright image in so many grey pixels, whatever its own shape; undefined if it cannot be read. */
export async function greyThumbnail(
  file: string,
  size: { readonly width: number; readonly height: number },
): Promise<Uint8Array | undefined> {
  try {
    const pixels = await decodeGrey(await readBytes(file, { most: MOST_BYTES.image, links: 'follow' }), size);
    return pixels?.length === size.width * size.height ? pixels : undefined;
  } catch {
    return undefined;
  }
}

async function decodeGrey(
  bytes: Buffer,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Uint8Array | undefined> {
  if (readableFormat(bytes) === undefined) return undefined;
  return sharp(bytes, { limitInputPixels: MOST_PIXELS })
    .rotate()
    .greyscale()
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer();
}
