import { STEM_PATCH } from '../model/blocks';

/**
 * Cuts images (B, 3, H, W) of bytes into STEM_PATCH x STEM_PATCH patches, one a row, in the order channel, y, x: a line
 * of a patch is one 32-bit word, and words are what is moved.
 */
export function packPatches(images: Uint8Array, imgsz: number, out: Uint8Array): Uint8Array {
  const from = words(images);
  const to = words(out);
  const across = imgsz / STEM_PATCH;
  const lines = (images.length / imgsz) | 0;
  const columns = 3 * STEM_PATCH;
  for (let line = 0; line < lines; line++) {
    const [y, plane] = [line % imgsz, Math.floor(line / imgsz)];
    const [channel, image] = [plane % 3, Math.floor(plane / 3)];
    const first = (image * across + Math.floor(y / STEM_PATCH)) * across;
    const column = channel * STEM_PATCH + (y % STEM_PATCH);
    for (let x = 0; x < across; x++) to[(first + x) * columns + column] = from[line * across + x];
  }
  return out;
}

/** Bytes as words; copied where they do not begin at a word. */
function words(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % STEM_PATCH === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / STEM_PATCH);
}
