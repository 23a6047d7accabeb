import sharp from 'sharp';
import { toError } from '../../base/async';
import type { RgbImage } from '../../domain/detection/image';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import { decodeBmp, isBmp } from './bmp';
import { READABLE_FORMATS, readableFormat, tooManyPixels, unreadableFormat } from './formats';

/** Smallest side Ultralytics accepts (data/utils.py, verify_image). */
const SMALLEST_SIDE = 10;
const START_OF_JPEG = Buffer.from('ffd8', 'hex');
const END_OF_JPEG = Buffer.from('ffd9', 'hex');

/**
 * Decodes an image file to 8-bit RGB, upright by its EXIF orientation, with the pixels OpenCV gives.
 * Throws one line that names the file and what is wrong with it. `onBytes` hears what the file holds.
 */
export async function decodeImage(file: string, onBytes?: (bytes: Buffer) => void): Promise<RgbImage> {
  try {
    const bytes = await readBytes(file, { most: MOST_BYTES.image, links: 'follow' });
    onBytes?.(bytes);
    const image = await decodeBytes(bytes, file);
    if (Math.min(image.width, image.height) >= SMALLEST_SIDE) return image;
    throw new Error(`${image.width}x${image.height} pixels are too few: ${SMALLEST_SIDE} a side are needed`);
  } catch (error) {
    throw new Error(`${file}: ${firstLine(toError(error).message)}`, { cause: error });
  }
}

async function decodeBytes(bytes: Buffer, file: string): Promise<RgbImage> {
  if (bytes.length === 0) throw new Error('the file is empty');
  if (isBmp(bytes)) return decodeBmp(bytes);
  const format = unreadableFormat(bytes, file);
  if (format) throw new Error(`${format} images cannot be read: convert it to PNG or JPEG`);
  if (readableFormat(bytes) === undefined)
    throw new Error(`the file does not begin like an image: expected ${READABLE_FORMATS}`);
  return decodeWithSharp(bytes);
}

/** The recipe that equals OpenCV: profiles are ignored, EXIF orientation is applied, alpha is dropped, grey becomes RGB. */
async function decodeWithSharp(bytes: Buffer): Promise<RgbImage> {
  const unended = isUnendedJpeg(bytes);
  const whole = unended ? Buffer.concat([bytes, END_OF_JPEG]) : bytes;
  // With its end put back, a torn picture only draws a warning.
  const image = sharp(whole, {
    ignoreIcc: true,
    failOn: unended ? 'warning' : 'truncated',
    // Judged below, before a pixel is decoded, in words that name the size.
    limitInputPixels: false,
  });
  const { space, width, height } = await image.metadata();
  const refusal = tooManyPixels(width, height);
  if (refusal) throw new Error(refusal);
  if (space === 'cmyk') throw new Error('CMYK images cannot be read: convert it to RGB');
  const { data, info } = await image
    .rotate()
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels, expected 3`);
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { width: info.width, height: info.height, data: pixels };
}

/** Some cameras leave out the end marker of a whole picture; Ultralytics and OpenCV take such files. */
function isUnendedJpeg(bytes: Buffer): boolean {
  return bytes.subarray(0, 2).equals(START_OF_JPEG) && !bytes.subarray(-2).equals(END_OF_JPEG);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0].trim();
}
