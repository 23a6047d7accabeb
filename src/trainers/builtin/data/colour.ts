import type { Random } from '../../../base/random';

export type HsvGains = { readonly hsv_h: number; readonly hsv_s: number; readonly hsv_v: number };

/** Hue in sixths of the circle; saturation and value as factors. */
type ColourChange = { readonly hue: number; readonly saturation: number; readonly value: number };

/**
 * Random hue, saturation and brightness in place, on a planar RGB image; gains as Ultralytics' RandomHSV: hue is
 * shifted by +-hsv_h of the circle, saturation and value are multiplied by 1 +- their gain and clipped.
 */
export function jitterColour(pixels: Uint8Array, gains: HsvGains, random: Random): void {
  const hue = random.between(-1, 1) * gains.hsv_h * 6;
  const saturation = 1 + random.between(-1, 1) * gains.hsv_s;
  const value = 1 + random.between(-1, 1) * gains.hsv_v;
  if (hue !== 0 || saturation !== 1 || value !== 1) changeColour(pixels, { hue, saturation, value });
}

// Which of the lowest, middle and highest level a channel has, by the sixth of the circle that the hue is in.
const RED = [2, 1, 0, 0, 1, 2];
const GREEN = [1, 2, 2, 1, 0, 0];
const BLUE = [0, 0, 1, 2, 2, 1];
/** 1 / n; a division per pixel would be a third of the time. */
const RECIPROCAL = Float64Array.from({ length: 256 }, (_, n) => (n === 0 ? 0 : 1 / n));

/** HSV of Smith 1978, pixel by pixel. A hot loop: half of the time of an augmentation. */
function changeColour(pixels: Uint8Array, change: ColourChange): void {
  const plane = pixels.length / 3;
  const levels = new Float64Array(3);
  for (let i = 0; i < plane; i++) {
    const r = pixels[i];
    const g = pixels[i + plane];
    const b = pixels[i + 2 * plane];
    const max = Math.max(r, g, b);
    const chroma = max - Math.min(r, g, b);
    const hue = wrap(hueOf(r, g, b, chroma) + change.hue);
    const sector = Math.floor(hue);
    // Stores to bytes truncate: adding half a level rounds.
    const top = Math.min(255, max * change.value);
    const spread = top * Math.min(1, chroma * RECIPROCAL[max] * change.saturation);
    const rest = hue - sector;
    levels[0] = top - spread + 0.5;
    levels[1] = top - spread * (sector % 2 === 0 ? 1 - rest : rest) + 0.5;
    levels[2] = top + 0.5;
    pixels[i] = levels[RED[sector]];
    pixels[i + plane] = levels[GREEN[sector]];
    pixels[i + 2 * plane] = levels[BLUE[sector]];
  }
}

/** In [-1, 5]. */
function hueOf(r: number, g: number, b: number, chroma: number): number {
  if (r >= g && r >= b) return (g - b) * RECIPROCAL[chroma];
  return g >= b ? 2 + (b - r) * RECIPROCAL[chroma] : 4 + (r - g) * RECIPROCAL[chroma];
}

/** Into [0, 6); a shift is at most one turn. */
function wrap(hue: number): number {
  const up = hue < 0 ? hue + 6 : hue;
  const down = up >= 6 ? up - 6 : up;
  // A shift by just under a turn and a hue just under 0 leave [0, 6) by rounding, or by a second turn.
  return down < 0 ? down + 6 : Math.min(down, 5.999999999);
}
