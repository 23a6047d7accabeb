import { open } from 'node:fs/promises';
import sharp from 'sharp';
import type { Size } from '../../domain/detection/letterbox';
import { decodeImage } from './decode';

/** EXIF orientations from here on swap width and height. */
const FIRST_ROTATED = 5;

/** Size of an upright image by its header alone; undefined where it has none that can be read. */
export async function imageSize(file: string): Promise<Size | undefined> {
  try {
    if (await startsLikeBmp(file)) return await decodeImage(file);
    const { width, height, orientation = 1 } = await sharp(file).metadata();
    return orientation >= FIRST_ROTATED ? { width: height, height: width } : { width, height };
  } catch {
    return undefined;
  }
}

async function startsLikeBmp(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.toString('latin1') === 'BM';
  } finally {
    await handle.close();
  }
}
