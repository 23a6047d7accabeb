import { roundHalfEven } from '../dataset/fraction';
import type { RgbImage } from '../detection/image';
import type { Placement, Size } from '../detection/letterbox';
import { resizePillow } from './pillow-resize';

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
