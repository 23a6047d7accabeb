import type { Random } from '../../../base/random';

export type HsvGains = { readonly hsv_h: number; readonly hsv_s: number; readonly hsv_v: number };

/**
 * Random hue, saturation and brightness in place, on a planar RGB picture; gains as Ultralytics' RandomHSV: hue is
 * shifted by +-hsv_h of the circle, saturation and value are multiplied by 1 +- their gain and clipped.
 */
export function jitterColour(pixels: Uint8Array, gains: HsvGains, random: Random): void {
  const hue = random.between(-1, 1) * gains.hsv_h * 6;
  const saturation = 1 + random.between(-1, 1) * gains.hsv_s;
  const value = 1 + random.between(-1, 1) * gains.hsv_v;
  if (hue === 0 && saturation === 1 && value === 1) return;
  const plane = pixels.length / 3;
  const rgb: Rgb = [0, 0, 0];
  for (let i = 0; i < plane; i++) {
    rgb[0] = pixels[i];
    rgb[1] = pixels[i + plane];
    rgb[2] = pixels[i + 2 * plane];
    shiftPixel(rgb, hue, saturation, value);
    pixels[i] = rgb[0];
    pixels[i + plane] = rgb[1];
    pixels[i + 2 * plane] = rgb[2];
  }
}

type Rgb = [number, number, number];

/** HSV of Smith 1978 with the hue in sixths of the circle; writes rounded 8-bit values back. */
function shiftPixel(rgb: Rgb, hueShift: number, saturationGain: number, valueGain: number): void {
  const [r, g, b] = rgb;
  const max = Math.max(r, g, b);
  const chroma = max - Math.min(r, g, b);
  const value = Math.min(255, max * valueGain);
  const newChroma = max === 0 ? 0 : value * Math.min(1, (chroma / max) * saturationGain);
  const hue = chroma === 0 ? 0 : hueOf(rgb, max, chroma) + hueShift + 6;
  rgb[0] = Math.round(value - newChroma * distanceFrom(hue + 5));
  rgb[1] = Math.round(value - newChroma * distanceFrom(hue + 3));
  rgb[2] = Math.round(value - newChroma * distanceFrom(hue + 1));
}

function hueOf([r, g, b]: Rgb, max: number, chroma: number): number {
  if (max === r) return (g - b) / chroma;
  return max === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
}

/** max(0, min(k, 4 - k, 1)) with k modulo 6: how far a channel lies below the largest, in chromas. */
function distanceFrom(position: number): number {
  const k = position % 6;
  return Math.max(0, Math.min(k, 4 - k, 1));
}
