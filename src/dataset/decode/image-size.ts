import sharp, { type Metadata } from 'sharp';
import type { Size } from '../../domain/detection/letterbox';
import { MOST_BYTES } from '../../run/folder/bounds';
import { openToRead, readBytes } from '../../run/folder/read-file';
import { decodeImage } from './decode';
import { readableFormat } from './formats';

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
