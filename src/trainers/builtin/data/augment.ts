import type { Random } from '../../../base/random';
import type { AugmentSettings } from '../../../domain/experiment/types';
import { jitterColour } from './colour';
import { composeMosaic, composeSingle, type LabelledImage } from './compose';
import { concatBoxes, flipBoxes, keepBoxes } from './geometry';
import { BORDER } from './resample';
import type { Sample } from './types';

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
