/** What an image looks like, from a picture of it in 8 rows of 9 grey pixels. */
export type ImageHash = {
  /** Bits of which neighbours are brighter (Krawetz 2013, "dHash"). */
  readonly high: number;
  readonly low: number;
  readonly pixels: Uint8Array;
};

export const HASHED_SIZE = { width: 9, height: 8 } as const;

/** A hash with hardly any edge is that of an empty field: all of those look alike. */
const LEAST_EDGES = 6;

/** Undefined if there is too little in the image to tell it from another. */
export function hashImage(pixels: Uint8Array): ImageHash | undefined {
  const bits = Array.from({ length: 64 }, (_, i) => {
    const at = 9 * (i >> 3) + (i & 7);
    return Number(pixels[at] > pixels[at + 1]);
  });
  const half = (from: number): number =>
    bits.slice(from, from + 32).reduce((all, bit) => (all << 1) | bit, 0);
  const [high, low] = [half(0), half(32)];
  const edges = bitsOf(high) + bitsOf(low);
  return Math.min(edges, 64 - edges) < LEAST_EDGES ? undefined : { high, low, pixels };
}

/** How many of 64 bits differ. */
export function bitsApart(a: ImageHash, b: ImageHash): number {
  return bitsOf(a.high ^ b.high) + bitsOf(a.low ^ b.low);
}

/** Mean difference of grey levels, 0 to 255. */
export function greyApart(a: ImageHash, b: ImageHash): number {
  return a.pixels.reduce((sum, grey, i) => sum + Math.abs(grey - b.pixels[i]), 0) / a.pixels.length;
}

/** Ones of 32 bits. */
function bitsOf(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
