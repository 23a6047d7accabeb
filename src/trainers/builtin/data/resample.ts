import type { RgbImage } from '../../../domain/detection/image';
import type { Affine } from './geometry';

/** Grey of empty area (Ultralytics' border value). */
export const BORDER = 114;

/** One axis of a bilinear resampling: for each output pixel two offsets into the source and the weight of the second, of 256. */
type AxisTaps = {
  readonly first: number;
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly weight: Int32Array;
};

export function createPicture(size: number): Uint8Array {
  return new Uint8Array(3 * size * size).fill(BORDER);
}

/** A rectangle of an image, in whole pixels. */
export type Rectangle = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

/**
 * Draws an image through `map` (image pixels -> input pixels) into the square planar input, bilinear with pixel centres
 * at half coordinates, so that boxes moved by the same map stay on their objects. Only `part` of the image exists.
 */
export function drawImage(
  picture: Uint8Array,
  size: number,
  { image, part = wholeOf(image) }: { readonly image: RgbImage; readonly part?: Rectangle },
  map: Affine,
): void {
  const { scale, x, y } = map;
  const across = { scale, shift: x, stride: 3, from: part.left, to: part.right };
  const down = { scale, shift: y, stride: image.width * 3, from: part.top, to: part.bottom };
  const [columns, rows] = [tapsOf(across, size), tapsOf(down, size)];
  for (let r = 0; r < rows.low.length; r++) drawRow(picture, size, image, { columns, rows, r });
}

const wholeOf = ({ width, height }: RgbImage): Rectangle => ({
  left: 0,
  top: 0,
  right: width,
  bottom: height,
});

type RowPlan = { readonly columns: AxisTaps; readonly rows: AxisTaps; readonly r: number };

function drawRow(picture: Uint8Array, size: number, image: RgbImage, { columns, rows, r }: RowPlan): void {
  const { data } = image;
  const plane = size * size;
  const above = rows.low[r];
  const below = rows.high[r];
  const wy = rows.weight[r];
  let out = (rows.first + r) * size + columns.first;
  for (let c = 0; c < columns.low.length; c++, out++) {
    const low = columns.low[c];
    const high = columns.high[c];
    const wx = columns.weight[c];
    for (let k = 0; k < 3; k++) {
      const top = data[above + low + k] * (256 - wx) + data[above + high + k] * wx;
      const bottom = data[below + low + k] * (256 - wx) + data[below + high + k] * wx;
      picture[out + k * plane] = (top * (256 - wy) + bottom * wy + 32768) >> 16;
    }
  }
}

type ResampledAxis = {
  readonly scale: number;
  readonly shift: number;
  readonly stride: number;
  /** Existing source pixels: `from` to before `to`. */
  readonly from: number;
  readonly to: number;
};

function tapsOf({ scale, shift, stride, from, to }: ResampledAxis, size: number): AxisTaps {
  // Input pixels whose centre is on the part.
  const first = Math.max(0, Math.ceil(scale * from + shift - 0.5));
  const end = Math.min(size, Math.ceil(scale * to + shift - 0.5));
  const count = Math.max(0, end - first);
  const taps = {
    first,
    low: new Int32Array(count),
    high: new Int32Array(count),
    weight: new Int32Array(count),
  };
  for (let i = 0; i < count; i++) {
    const at = (first + i + 0.5 - shift) / scale - 0.5;
    const low = Math.floor(at);
    taps.low[i] = stride * Math.max(from, Math.min(to - 1, low));
    taps.high[i] = stride * Math.max(from, Math.min(to - 1, low + 1));
    taps.weight[i] = Math.round((at - low) * 256);
  }
  return taps;
}
