import sharp from 'sharp';
import type { Size } from '../../domain/detection/letterbox';
import { openToRead } from '../../run/folder/read-file';
import { decodeImage } from './decode';
import { HEAD_BYTES, readableFormat } from './formats';

/** EXIF orientations from here on swap width and height. */
const FIRST_ROTATED = 5;

/** Size of an upright image by its header alone; undefined where it has none that can be read. */
export async function imageSize(file: string): Promise<Size | undefined> {
  try {
    const head = await headOf(file);
    if (head.toString('latin1', 0, 2) === 'BM') return await decodeImage(file);
    if (readableFormat(head) === undefined) return undefined;
    const { width, height, orientation = 1 } = await sharp(file).metadata();
    return orientation >= FIRST_ROTATED ? { width: height, height: width } : { width, height };
  } catch {
    return undefined;
  }
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await openToRead(file, { links: 'follow' });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
