import { roundHalfEven } from '../schedule/rounding';
import type { RgbImage } from './image';

// OpenCV's INTER_LINEAR for 8-bit images (imgproc/src/resize.cpp), bit for bit: half-pixel centres, no antialiasing,
// coefficients of 11 bits, the vertical pass truncating as its SIMD and scalar versions both do. mAP of a model that was
// validated with OpenCV depends on it.
const COEFFICIENT_ONE = 2048;

/** Taps along one axis: output i is a blend of input `low[i]` and `high[i]` with integer weights that add up to 2048. */
type Taps = {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly lowWeight: Int32Array;
  readonly highWeight: Int32Array;
};

/** Resizes to `width` x `height` pixels as `cv2.resize(image, (width, height), interpolation=INTER_LINEAR)` does. */
export function resizeBilinear(image: RgbImage, width: number, height: number): RgbImage {
  if (width === image.width && height === image.height) return image;
  // OpenCV dispatches an exact halving of both axes to the area average.
  if (width * 2 === image.width && height * 2 === image.height) return halve(image);
  const data = new Uint8Array(width * height * 3);
  const columns = tapsOf(image.width, width, true);
  const rows = tapsOf(image.height, height, false);
  blendRows({ image, columns, rows, width, data });
  return { width, height, data };
}

/** Columns snap to the edge with full weight, rows keep their weights and clamp their index: OpenCV does the same. */
function tapsOf(from: number, to: number, snap: boolean): Taps {
  const taps = {
    low: new Int32Array(to),
    high: new Int32Array(to),
    lowWeight: new Int32Array(to),
    highWeight: new Int32Array(to),
  };
  const scale = 1 / (to / from);
  for (let i = 0; i < to; i++) {
    const centre = Math.fround((i + 0.5) * scale - 0.5);
    const low = Math.floor(centre);
    const outside = snap && (low < 0 || low >= from - 1);
    const fraction = outside ? 0 : Math.fround(centre - low);
    taps.low[i] = clamp(low, from);
    taps.high[i] = clamp(low + 1, from);
    taps.lowWeight[i] = roundHalfEven(Math.fround(1 - fraction) * COEFFICIENT_ONE);
    taps.highWeight[i] = roundHalfEven(fraction * COEFFICIENT_ONE);
  }
  return taps;
}

function clamp(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1);
}

type Blend = {
  readonly image: RgbImage;
  readonly columns: Taps;
  readonly rows: Taps;
  readonly width: number;
  readonly data: Uint8Array;
};

/** Each input row is blended along x once, kept in one of two buffers, and the two are blended along y. */
function blendRows({ image, columns, rows, width, data }: Blend): void {
  const offsets = { ...columns, low: timesThree(columns.low), high: timesThree(columns.high) };
  let above = { row: -1, values: new Int32Array(width * 3) };
  let below = { row: -1, values: new Int32Array(width * 3) };
  const fill = (buffer: typeof above, row: number): void => {
    if (buffer.row === row) return;
    buffer.row = row;
    blendColumns(image.data.subarray(row * image.width * 3), offsets, buffer.values);
  };
  for (let y = 0; y < rows.low.length; y++) {
    if (below.row === rows.low[y]) [above, below] = [below, above];
    fill(above, rows.low[y]);
    if (rows.high[y] === rows.low[y]) below.row = copyRow(above, below);
    else fill(below, rows.high[y]);
    const out = data.subarray(y * width * 3, (y + 1) * width * 3);
    blendPair(above.values, below.values, [rows.lowWeight[y], rows.highWeight[y]], out);
  }
}

function copyRow(
  from: { readonly row: number; readonly values: Int32Array },
  to: { readonly values: Int32Array },
) {
  to.values.set(from.values);
  return from.row;
}

function timesThree(values: Int32Array): Int32Array {
  return values.map((v) => v * 3);
}

function blendColumns(row: Uint8Array, taps: Taps, out: Int32Array): void {
  const { low, high, lowWeight, highWeight } = taps;
  for (let x = 0, o = 0; x < low.length; x++, o += 3) {
    const l = low[x];
    const h = high[x];
    const lw = lowWeight[x];
    const hw = highWeight[x];
    out[o] = row[l] * lw + row[h] * hw;
    out[o + 1] = row[l + 1] * lw + row[h + 1] * hw;
    out[o + 2] = row[l + 2] * lw + row[h + 2] * hw;
  }
}

function blendPair(
  above: Int32Array,
  below: Int32Array,
  [aboveWeight, belowWeight]: readonly [number, number],
  out: Uint8Array,
): void {
  for (let i = 0; i < out.length; i++) {
    const a = ((above[i] >> 4) * aboveWeight) >> 16;
    const b = ((below[i] >> 4) * belowWeight) >> 16;
    out[i] = (a + b + 2) >> 2;
  }
}

function halve(image: RgbImage): RgbImage {
  const [width, height] = [image.width / 2, image.height / 2];
  const data = new Uint8Array(width * height * 3);
  const stride = image.width * 3;
  const source = image.data;
  for (let y = 0, o = 0; y < height; y++) {
    let i = 2 * y * stride;
    for (let x = 0; x < width; x++, i += 3) {
      for (let c = 0; c < 3; c++, i++) {
        data[o++] = (source[i] + source[i + 3] + source[i + stride] + source[i + stride + 3] + 2) >> 2;
      }
    }
  }
  return { width, height, data };
}
