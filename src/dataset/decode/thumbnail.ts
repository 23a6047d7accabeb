import sharp from 'sharp';
import { MOST_PIXELS } from './formats';

/** An upright image in so many grey pixels, whatever its own shape; undefined where it cannot be read. */
export async function greyThumbnail(
  file: string,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Uint8Array | undefined> {
  const pixels = await sharp(file, { limitInputPixels: MOST_PIXELS })
    .rotate()
    .greyscale()
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer()
    .catch(() => undefined);
  return pixels?.length === width * height ? pixels : undefined;
}
