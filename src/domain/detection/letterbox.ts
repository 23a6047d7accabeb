import { roundHalfEven } from '../schedule/rounding';
import type { RgbImage } from './image';
import { resizeBilinear } from './resize';

export type Size = { readonly width: number; readonly height: number };

/** The place of an image in the model's input: resized to `width` x `height`, at (`left`, `top`) of the padded input. */
export type Placement = Size & {
  readonly left: number;
  readonly top: number;
  readonly input: Size;
  /** Size after the first of two resizes, if there are two: each rounds every pixel. */
  readonly loaded: Size;
  /** Resized over original size, by axis. */
  readonly scaleX: number;
  readonly scaleY: number;
};

/**
 * - `letterbox`: Ultralytics' validation, two stages: the longer side becomes imgsz (rounded up, small images grow), then
 *   it is centred (facts A4.2).
 * - `single`: Ultralytics' prediction, in one stage, rounded.
 * - `corner`: YOLOX, top left, sizes truncated.
 * - `stretch`: both axes fill the input.
 */
export type Fit = 'letterbox' | 'single' | 'corner' | 'stretch';

const PADDING = 114;

/** Placement of an image in an input; `imgsz` is the length of the longer side, the input may be smaller in rect batches. */
export function placeImage(
  image: Size,
  input: Size,
  fit: Fit,
  imgsz = Math.max(input.width, input.height),
): Placement {
  const loaded = fit === 'letterbox' ? loadedSize(image, imgsz) : undefined;
  const { width, height } = loaded ? shrinkInto(loaded, input) : fittedSize(image, input, fit);
  const centred = fit === 'letterbox' || fit === 'single';
  return {
    width,
    height,
    left: centred ? roundHalfEven((input.width - width) / 2 - 0.1) : 0,
    top: centred ? roundHalfEven((input.height - height) / 2 - 0.1) : 0,
    input,
    loaded: loaded ?? { width, height },
    scaleX: width / image.width,
    scaleY: height / image.height,
  };
}

function fittedSize(image: Size, input: Size, fit: Fit): Size {
  if (fit === 'stretch') return input;
  if (fit === 'single') return fitInto(image, input);
  const ratio = Math.min(input.width / image.width, input.height / image.height);
  return { width: Math.trunc(image.width * ratio), height: Math.trunc(image.height * ratio) };
}

/** Size after loading: ceil, not round, in double precision. */
function loadedSize(image: Size, imgsz: number): Size {
  const ratio = imgsz / Math.max(image.width, image.height);
  if (ratio === 1) return image;
  return {
    width: Math.min(Math.ceil(image.width * ratio), imgsz),
    height: Math.min(Math.ceil(image.height * ratio), imgsz),
  };
}

function shrinkInto(size: Size, input: Size): Size {
  return input.height < size.height || input.width < size.width ? fitInto(size, input) : size;
}

function fitInto(size: Size, input: Size): Size {
  const ratio = Math.min(input.height / size.height, input.width / size.width);
  return { width: roundHalfEven(size.width * ratio), height: roundHalfEven(size.height * ratio) };
}

export type ChannelOrder = 'rgb' | 'bgr';

/** Pixels of the input, channels first: 3 * height * width bytes, padded with 114. */
export function fillInput(image: RgbImage, placement: Placement, order: ChannelOrder): Uint8Array {
  const { width, height, left, top, input } = placement;
  const plane = input.width * input.height;
  const out = new Uint8Array(3 * plane).fill(PADDING);
  const loaded = resizeBilinear(image, placement.loaded.width, placement.loaded.height);
  const { data } = resizeBilinear(loaded, width, height);
  const [first, third] = order === 'rgb' ? [0, 2 * plane] : [2 * plane, 0];
  for (let y = 0, i = 0; y < height; y++) {
    let o = (top + y) * input.width + left;
    for (let x = 0; x < width; x++, o++, i += 3) {
      out[first + o] = data[i];
      out[plane + o] = data[i + 1];
      out[third + o] = data[i + 2];
    }
  }
  return out;
}
