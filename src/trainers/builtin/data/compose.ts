import type { Random } from '../../../base/random';
import type { RgbImage } from '../../../domain/detection/image';
import { type Affine, clipBoxes, concatBoxes, moveBoxes, type NormalizedLabels, toCorners } from './geometry';
import { createPicture, drawImage, type Rectangle } from './resample';
import type { Boxes, Sample } from './types';

/** An image scaled so that its longer side is the input's side, with its labels. */
export type LabelledImage = { readonly image: RgbImage; readonly labels: NormalizedLabels };
export type Jitter = { readonly translate: number; readonly scale: number };
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
