import sharp, { type Metadata, type Sharp } from 'sharp';
import { lineOf, WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import type { RgbImage } from '../../domain/detection/image';
import type { Size } from '../../domain/detection/letterbox';
import { MOST_BYTES } from '../../run/folder/bounds';
import { openToRead, readBytes } from '../../run/folder/read-file';
import type { SmallPicture } from '../survey/image-reader';
import { decodeBmp, isBmp } from './bmp';
import { MOST_PIXELS, READABLE_FORMATS, readableFormat, tooManyPixels, unreadableFormat } from './formats';

/** Smallest side Ultralytics accepts (data/utils.py, verify_image). */
const SMALLEST_SIDE = 10;

/**
 * Decodes an image file to 8-bit RGB, upright by its EXIF orientation, with the pixels OpenCV gives. Throws one line
 * that names the file and what is wrong with it. `onBytes` is called with the file's content.
 */
export async function decodeImage(file: string, onBytes?: (bytes: Buffer) => void): Promise<RgbImage> {
  try {
    const bytes = await readBytes(file, { most: MOST_BYTES.image, links: 'follow' });
    onBytes?.(bytes);
    const image = await decodeBytes(bytes, file);
    if (Math.min(image.width, image.height) >= SMALLEST_SIDE) return image;

    const { width, height } = image;
    throw new WordedError(
      words('{0}x{1} pixels are too few: {2} a side are needed', width, height, SMALLEST_SIDE),
    );
  } catch (error) {
    throw new WordedError(words('{0}: {1}', file, lineOf(error)), { cause: error });
  }
}

async function decodeBytes(bytes: Buffer, file: string): Promise<RgbImage> {
  if (bytes.length === 0) throw new WordedError(words('the file is empty'));
  if (isBmp(bytes)) return decodeBmp(bytes);
  const format = unreadableFormat(bytes, file);
  if (format) throw new WordedError(words('{0} images cannot be read: convert it to PNG or JPEG', format));
  if (readableFormat(bytes) === undefined)
    throw new WordedError(words('the file does not begin like an image: expected {0}', READABLE_FORMATS));
  return decodeWithSharp(bytes);
}

/**
 * The recipe that equals OpenCV: profiles are ignored, EXIF orientation is applied, alpha is dropped, grey becomes RGB. A
 * JPEG without its end marker is refused, as Ultralytics leaves it out (verify_image, by Pillow).
 */
async function decodeWithSharp(bytes: Buffer): Promise<RgbImage> {
  // The size is judged below, before a pixel is decoded, in words that name it.
  const image = sharp(bytes, { ignoreIcc: true, failOn: 'truncated', limitInputPixels: false });
  const { space, width, height } = await image.metadata();
  const refusal = tooManyPixels(width, height);
  if (refusal) throw new WordedError(refusal);
  return space === 'cmyk' ? decodeCmyk(image, bytes) : decodeRgb(image);
}

async function decodeRgb(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image
    .rotate()
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new WordedError(words('decoded to {0} channels, expected 3', info.channels));
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { width: info.width, height: info.height, data: pixels };
}

/** As OpenCV's JPEG reader makes RGB of ink; its other readers do it differently. libvips gives ink, OpenCV has its absence. */
async function decodeCmyk(image: Sharp, bytes: Buffer): Promise<RgbImage> {
  if (readableFormat(bytes) !== 'JPEG')
    throw new WordedError(words('CMYK images that are not JPEG cannot be read: convert it to RGB'));
  const { data, info } = await image
    .rotate()
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(info.width * info.height * 3);
  for (let i = 0, o = 0; o < pixels.length; i += 4, o += 3) {
    const light = 255 - data[i + 3];
    for (let c = 0; c < 3; c++) pixels[o + c] = light - ((data[i + c] * light) >> 8);
  }
  return { width: info.width, height: info.height, data: pixels };
}

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

const JPEG_QUALITY = 72;

/** At most `side` pixels a side; undefined if the image cannot be read. */
export async function smallPicture(file: string, side: number): Promise<SmallPicture | undefined> {
  try {
    const { data, width, height } = await decodeImage(file);
    const raw = { raw: { width, height, channels: 3 as const } };
    const resized = sharp(data, raw).resize(side, side, { fit: 'inside', withoutEnlargement: true });
    const made = await resized.jpeg({ quality: JPEG_QUALITY }).toBuffer({ resolveWithObject: true });
    const small = { width: made.info.width, height: made.info.height };
    return { jpeg: new Uint8Array(made.data), small, whole: { width, height } };
  } catch {
    return undefined;
  }
}

/** EXIF orientations from here on swap width and height. */
const FIRST_ROTATED = 5;
/** The header of nearly every image, its EXIF with a preview included. */
const HEADER_BYTES = 64 * 1024;

/** Size of an upright image by its header alone; undefined if it has none that can be read. */
export async function imageSize(file: string): Promise<Size | undefined> {
  try {
    const head = await headOf(file);
    if (head.toString('latin1', 0, 2) === 'BM') return await decodeImage(file);
    if (readableFormat(head) === undefined) return undefined;
    const { width, height, orientation = 1 } = await metadataOf(head, file);
    return orientation >= FIRST_ROTATED ? { width: height, height: width } : { width, height };
  } catch {
    return undefined;
  }
}

/** The decoder gets bytes and never a path, which could lead to another file by then. */
async function metadataOf(head: Buffer, file: string): Promise<Metadata> {
  try {
    return await sharp(head).metadata();
  } catch (error) {
    if (head.length < HEADER_BYTES) throw error;
    // TIFF may have its directory at the end, WebP asks for the whole file.
    return sharp(await readBytes(file, { most: MOST_BYTES.image, links: 'follow' })).metadata();
  }
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await openToRead(file, { links: 'follow' });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
