import type { Random } from '../../../base/random';
import type { RgbImage } from '../../../domain/detection/image';
import type { AugmentSettings } from '../../../domain/experiment/types';
import {
  type Affine,
  clipBoxes,
  concatBoxes,
  flipBoxes,
  keepBoxes,
  moveBoxes,
  type NormalizedLabels,
  toCorners,
} from './geometry';
import { BORDER, createPicture, drawImage, type Rectangle } from './resample';
import type { Boxes, Sample } from './types';

type HsvGains = { readonly hsv_h: number; readonly hsv_s: number; readonly hsv_v: number };

/** Hue in sixths of the circle; saturation and value as factors. */
type ColourChange = { readonly hue: number; readonly saturation: number; readonly value: number };

// Which of the lowest, middle and highest level a channel has, by the sixth of the circle that the hue is in.
const RED = [2, 1, 0, 0, 1, 2];
const GREEN = [1, 2, 2, 1, 0, 0];
const BLUE = [0, 0, 1, 2, 2, 1];
/** 1 / n; a division per pixel would be a third of the time. */
const RECIPROCAL = Float64Array.from({ length: 256 }, (_, n) => (n === 0 ? 0 : 1 / n));

/** Returns image `index`, scaled so that its longer side is the input's side. */
export type ImageSource = (index: number) => Promise<LabelledImage>;
export type AugmentRequest = {
  readonly index: number;
  /** Images of the set; partners of mosaic and mixup are drawn from all. */
  readonly images: number;
  readonly size: number;
  readonly mosaic: boolean;
  readonly settings: AugmentSettings;
};

/** Boxes of which cutout hides more than this are dropped (YOLOv5, utils/augmentations.py, cutout). */
const HIDDEN_SHARE = 0.6;

/** One training sample, in the order of Ultralytics' v8 transforms: mosaic, scale and shift, mixup, colour, flips; then cutout. */
export async function augment(request: AugmentRequest, load: ImageSource, random: Random): Promise<Sample> {
  const { settings, size } = request;
  let sample = await compose(request, load, random);
  if (request.mosaic && random.next() < settings.mixup) {
    const partner = { ...request, index: random.below(request.images) };
    sample = mixUp(sample, await compose(partner, load, random), random);
  }
  jitterColour(sample.pixels, settings, random);
  if (random.next() < settings.flipud) sample = flip(sample, size, 'y');
  if (random.next() < settings.fliplr) sample = flip(sample, size, 'x');
  return random.next() < settings.cutout ? cutOut(sample, size, random) : sample;
}

async function compose(request: AugmentRequest, load: ImageSource, random: Random): Promise<Sample> {
  const { index, images, size, mosaic, settings } = request;
  const first = await load(index);
  if (!mosaic || random.next() >= settings.mosaic) return composeSingle(first, size, settings, random);
  const items = [first];
  for (let i = 0; i < 3; i++) items.push(await load(random.below(images)));
  return composeMosaic(items, size, settings, random);
}

/** Blends two samples with a share from Beta(32, 32) (Zhang et al. 2018, arXiv 1710.09412) and keeps the boxes of both. */
function mixUp(a: Sample, b: Sample, random: Random): Sample {
  const [x, y] = [erlang(32, random), erlang(32, random)];
  const share = x / (x + y);
  const pixels = a.pixels.map((v, i) => v * share + b.pixels[i] * (1 - share));
  return { pixels, boxes: concatBoxes([a.boxes, b.boxes]) };
}

/** Gamma with a whole shape is a sum of exponentials; a ratio of two gives a Beta. */
function erlang(shape: number, random: Random): number {
  let sum = 0;
  for (let i = 0; i < shape; i++) sum -= Math.log(1 - random.next());
  return sum;
}

/** Mirrors image and boxes along an axis; works in place on the pixels. */
export function flip(sample: Sample, size: number, axis: 'x' | 'y'): Sample {
  const { pixels } = sample;
  if (axis === 'x') {
    for (let row = 0; row < pixels.length; row += size) pixels.subarray(row, row + size).reverse();
  } else {
    for (let plane = 0; plane < pixels.length; plane += size * size) flipRows(pixels, plane, size);
  }
  return { pixels, boxes: flipBoxes(sample.boxes, size, axis) };
}

function flipRows(pixels: Uint8Array, plane: number, size: number): void {
  for (let y = 0; y < size >> 1; y++) {
    const top = plane + y * size;
    const bottom = plane + (size - 1 - y) * size;
    const row = pixels.slice(top, top + size);
    pixels.copyWithin(top, bottom, bottom + size);
    pixels.set(row, bottom);
  }
}

/** Hides one square of a tenth to three tenths of the side (DeVries and Taylor 2017, arXiv 1708.04552). */
function cutOut(sample: Sample, size: number, random: Random): Sample {
  const side = Math.round(size * random.between(0.1, 0.3));
  const x = random.below(size - side + 1);
  const y = random.below(size - side + 1);
  return hide(sample, size, { x, y, side });
}

export function hide(
  sample: Sample,
  size: number,
  { x, y, side }: { readonly x: number; readonly y: number; readonly side: number },
): Sample {
  for (let row = 0; row < 3 * size; row++) {
    const inside = row % size >= y && row % size < y + side;
    if (inside) sample.pixels.fill(BORDER, row * size + x, row * size + x + side);
  }
  const boxes = keepBoxes(sample.boxes, ([x1, y1, x2, y2]) => {
    const w = Math.min(x2, x + side) - Math.max(x1, x);
    const h = Math.min(y2, y + side) - Math.max(y1, y);
    return Math.max(0, w) * Math.max(0, h) <= HIDDEN_SHARE * (x2 - x1) * (y2 - y1);
  });
  return { pixels: sample.pixels, boxes };
}

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

/** An image scaled so that its longer side is the input's side, with its labels. */
export type LabelledImage = { readonly image: RgbImage; readonly labels: NormalizedLabels };
type Jitter = { readonly translate: number; readonly scale: number };
type Shift = { readonly x: number; readonly y: number };

/** One image centred on grey (letterbox), then scaled and shifted at random about the centre. */
export function composeSingle(item: LabelledImage, size: number, jitter: Jitter, random: Random): Sample {
  const { image, labels } = item;
  // As Ultralytics' LetterBox rounds: the odd pixel goes to the right and to the bottom.
  const at = {
    x: Math.round((size - image.width) / 2 - 0.1),
    y: Math.round((size - image.height) / 2 - 0.1),
  };
  const map = randomMap(size / 2, size, jitter, random);
  const pixels = createPicture(size);
  drawImage(pixels, size, { image }, through(map, at));
  return { pixels, boxes: moveBoxes(toCorners(labels, image, at), map, size) };
}

/**
 * Four images about a random point of a canvas of twice the side, of which a window of the input's size is taken
 * (Bochkovskiy et al. 2020, arXiv 2004.10934; placement as in Ultralytics' Mosaic).
 */
export function composeMosaic(
  items: readonly LabelledImage[],
  size: number,
  jitter: Jitter,
  random: Random,
): Sample {
  const xc = Math.floor(random.between(size / 2, (3 * size) / 2));
  const yc = Math.floor(random.between(size / 2, (3 * size) / 2));
  const map = randomMap(size, size, jitter, random);
  const pixels = createPicture(size);
  const parts: Boxes[] = [];
  for (const [i, { image, labels }] of items.entries()) {
    const at = { x: i % 2 === 0 ? xc - image.width : xc, y: i < 2 ? yc - image.height : yc };
    // What is off the canvas has no box any more, so it must not be visible either when the window reaches beyond.
    drawImage(pixels, size, { image, part: partOnCanvas(image, at, 2 * size) }, through(map, at));
    parts.push(toCorners(labels, image, at));
  }
  return { pixels, boxes: moveBoxes(clipBoxes(concatBoxes(parts), 2 * size), map, size) };
}

/** The part of an image at `at` that is on the square canvas. */
function partOnCanvas({ width, height }: RgbImage, at: Shift, side: number): Rectangle {
  return {
    left: Math.max(0, -at.x),
    top: Math.max(0, -at.y),
    right: Math.min(width, side - at.x),
    bottom: Math.min(height, side - at.y),
  };
}

/** Scale by 1 +- jitter.scale about the centre, which moves within jitter.translate of the input's centre. */
function randomMap(center: number, size: number, jitter: Jitter, random: Random): Affine {
  // A gain of 1 or more would turn the image inside out.
  const scale = Math.max(0.05, random.between(1 - jitter.scale, 1 + jitter.scale));
  const [x, y] = [0, 1].map(
    () => random.between(0.5 - jitter.translate, 0.5 + jitter.translate) * size - scale * center,
  );
  return { scale, x, y };
}

/** The map of an image that is at `at` on the canvas. */
const through = (map: Affine, at: Shift): Affine => ({
  scale: map.scale,
  x: map.scale * at.x + map.x,
  y: map.scale * at.y + map.y,
});
