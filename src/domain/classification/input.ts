import type { RgbImage } from '../detection/image';
import type { Placement, Size } from '../detection/letterbox';
import { roundHalfEven } from '../schedule/rounding';

/** The place of an image in a classifier's square input: the shorter side fills it, the middle of the longer one is taken. */
export function placeCrop({ width, height }: Size, input: Size): Placement {
  const side = input.width;
  const long = Math.trunc((side * Math.max(width, height)) / Math.min(width, height));
  const resized = width <= height ? { width: side, height: long } : { width: long, height: side };
  return {
    ...resized,
    left: -roundHalfEven((resized.width - side) / 2),
    top: -roundHalfEven((resized.height - side) / 2),
    input,
    loaded: resized,
    scaleX: resized.width / width,
    scaleY: resized.height / height,
  };
}

/** Pixels of the input, channels first: 3 * side * side bytes, as torchvision's Resize and CenterCrop give them. */
export function cropInput(image: RgbImage, { width, height, left, top, input }: Placement): Uint8Array {
  const { data } = resizePillow(image, width, height);
  const plane = input.width * input.height;
  const out = new Uint8Array(3 * plane);
  for (let y = 0, o = 0; y < input.height; y++) {
    let i = 3 * ((y - top) * width - left);
    for (let x = 0; x < input.width; x++, o++, i += 3) {
      out[o] = data[i];
      out[plane + o] = data[i + 1];
      out[2 * plane + o] = data[i + 2];
    }
  }
  return out;
}

// Pillow's bilinear resize of 8-bit images (src/libImaging/Resample.c), bit for bit: a triangle as wide as the reduction, weights
// of 22 bits, one axis after the other, each pass rounding to whole bytes. torchvision resizes a classifier's images with it.
const WEIGHT_BITS = 22;
const WEIGHT_ONE = 2 ** WEIGHT_BITS;
const HALF = 2 ** (WEIGHT_BITS - 1);

/** Output i is the sum of `counts[i]` inputs from `starts[i]` on, times the weights from `i * most` on. */
type PillowTaps = {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Int32Array;
  readonly most: number;
};

/** Resizes to `width` x `height` pixels as `Image.resize((width, height), BILINEAR)` does. */
function resizePillow(image: RgbImage, width: number, height: number): RgbImage {
  return rowsFirst(image, width, height)
    ? resizeColumns(resizeRows(image, height), width)
    : resizeRows(resizeColumns(image, width), height);
}

/**
 * Whether the rows are reduced before the columns: found by trying Pillow 13 on 5,000 pairs of sizes. Older versions always begin with the
 * columns; the order moves some bytes by one.
 */
function rowsFirst(from: RgbImage, width: number, height: number): boolean {
  return height < from.height && from.height - height > 2 * (from.width - width);
}

function tapsOf(from: number, to: number): PillowTaps {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const most = 2 * Math.ceil(reach) + 1;
  const taps = {
    starts: new Int32Array(to),
    counts: new Int32Array(to),
    weights: new Int32Array(to * most),
    most,
  };
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(Math.trunc(centre - reach + 0.5), 0);
    const end = Math.min(Math.trunc(centre + reach + 0.5), from);
    taps.starts[i] = start;
    taps.counts[i] = end - start;
    taps.weights.set(weightsOf(start - centre + 0.5, end - start, 1 / reach), i * most);
  }
  return taps;
}

/** Of a triangle, adding up to one, as whole numbers. `first`: of the first input, from the centre. */
function weightsOf(first: number, count: number, shrink: number): number[] {
  const heights = Array.from({ length: count }, (_, x) => Math.max(1 - Math.abs((x + first) * shrink), 0));
  const sum = heights.reduce((total, height) => total + height, 0);
  return heights.map((height) => Math.trunc(0.5 + (sum === 0 ? height : height / sum) * WEIGHT_ONE));
}

function resizeColumns(image: RgbImage, width: number): RgbImage {
  if (width === image.width) return image;
  const { data: source, height } = image;
  const taps = tapsOf(image.width, width);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, o = 0; y < height; y++) {
    const row = y * image.width * 3;
    for (let x = 0; x < width; x++, o += 3) {
      const at = row + taps.starts[x] * 3;
      for (let c = 0; c < 3; c++) data[o + c] = blend(source, { at: at + c, step: 3 }, taps, x);
    }
  }
  return { width, height, data };
}

function resizeRows(image: RgbImage, height: number): RgbImage {
  if (height === image.height) return image;
  const { data: source, width } = image;
  const taps = tapsOf(image.height, height);
  const step = width * 3;
  const data = new Uint8Array(step * height);
  for (let y = 0, o = 0; y < height; y++) {
    const at = taps.starts[y] * step;
    for (let x = 0; x < step; x++, o++) data[o] = blend(source, { at: at + x, step }, taps, y);
  }
  return { width, height, data };
}

type PixelWalk = { readonly at: number; readonly step: number };

/** Weights are not negative and add up to one: the sum is a byte. */
function blend(source: Uint8Array, { at, step }: PixelWalk, taps: PillowTaps, i: number): number {
  let sum = HALF;
  const end = i * taps.most + taps.counts[i];
  for (let w = i * taps.most, p = at; w < end; w++, p += step) sum += source[p] * taps.weights[w];
  return Math.min(sum >> WEIGHT_BITS, 255);
}
