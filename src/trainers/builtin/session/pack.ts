import { STEM_PATCH } from '../model/blocks';

/** RGB images (B, 3, H, W): bytes 0..255, or floats 0..1. */
export type Images = Float32Array | Uint8Array;

/** Cuts images into STEM_PATCH x STEM_PATCH patches, one a row, in the order y, x, channel, as floats 0..1. */
export function packPatches(images: Images, imgsz: number, out: Float32Array): Float32Array {
  const factor = images instanceof Uint8Array ? 1 / 255 : 1;
  const plane = imgsz * imgsz;
  const columns = STEM_PATCH * STEM_PATCH * 3;
  const count = images.length / (3 * plane);
  for (let image = 0; image < count; image++) {
    for (let y = 0; y < imgsz; y++) {
      let from = image * 3 * plane + y * imgsz;
      const line = (image * imgsz) / STEM_PATCH + Math.floor(y / STEM_PATCH);
      const first = line * (imgsz / STEM_PATCH) * columns + (y % STEM_PATCH) * STEM_PATCH * 3;
      for (let x = 0; x < imgsz; x++, from++) {
        const to = first + Math.floor(x / STEM_PATCH) * columns + (x % STEM_PATCH) * 3;
        out[to] = images[from] * factor;
        out[to + 1] = images[from + plane] * factor;
        out[to + 2] = images[from + 2 * plane] * factor;
      }
    }
  }
  return out;
}
