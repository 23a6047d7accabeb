import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../../src/base/random';
import type { AugmentSettings } from '../../../../../src/domain/experiment/types';
import type { LabelledImage } from '../../../../../src/trainers/builtin/data/augment';
import { augment } from '../../../../../src/trainers/builtin/data/augment';
import { boxAt } from '../../../../../src/trainers/builtin/data/geometry';
import type { Sample } from '../../../../../src/trainers/builtin/data/types';

const SIZE = 160;
const SAMPLES = 500;
/** A pixel's own width, and what bilinear blending adds at an edge that is enlarged almost twofold. */
const MOST_PIXELS_OFF = 1.5;
const OFF: AugmentSettings = {
  ...{ fliplr: 0, flipud: 0, hsv_h: 0, hsv_s: 0, hsv_v: 0, translate: 0, scale: 0 },
  ...{ mosaic: 0, close_mosaic: 0, mixup: 0, cutout: 0 },
};

type Rectangle = readonly [x1: number, y1: number, x2: number, y2: number];
/** Red, green, blue and yellow: the content of each of four images differs from the others and from grey. */
const COLOURS = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 1, 0],
] as const;

/** Black with one coloured rectangle, whose class is its colour. */
function painted(colour: number, random: Random): LabelledImage {
  const [width, height] = random.next() < 0.5 ? [SIZE, 100] : [100, SIZE];
  const [w, h] = [random.between(20, 60), random.between(20, 60)].map(Math.round);
  const [x, y] = [random.below(width - w), random.below(height - h)];
  const data = new Uint8Array(width * height * 3);
  for (let row = y; row < y + h; row++)
    for (let column = x; column < x + w; column++)
      data.set(
        COLOURS[colour].map((part) => part * 255),
        (row * width + column) * 3,
      );
  const boxes = [(x + w / 2) / width, (y + h / 2) / height, w / width, h / height];
  return { image: { width, height, data }, labels: { class: [colour], boxes } };
}

/** The place of a colour, and its number of pixels. */
function seen({ pixels }: Sample, colour: number): { bounds: Rectangle; area: number } {
  const plane = SIZE * SIZE;
  let [x1, y1, x2, y2, area] = [SIZE, SIZE, 0, 0, 0];
  for (let i = 0; i < plane; i++) {
    if (!COLOURS[colour].every((part, k) => pixels[i + k * plane] > 127 === (part === 1))) continue;
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x + 1), Math.max(y2, y + 1)];
    area++;
  }
  return { bounds: [x1, y1, x2, y2], area };
}

/** Records the scale of the last map, whose draw is the one around 1. */
function listening(random: Random, { scale }: AugmentSettings): { random: Random; scale: () => number } {
  let last = 1;
  const between = (low: number, high: number): number => {
    const value = random.between(low, high);
    if (low === 1 - scale && high === 1 + scale) last = value;
    return value;
  };
  return { random: { ...random, next: () => random.next(), between }, scale: () => last };
}

type Drawn = {
  readonly items: readonly LabelledImage[];
  readonly sample: Sample;
  readonly scale: number;
};

async function draw(settings: AugmentSettings, seed: number): Promise<Drawn> {
  const paint = createRandom(seed, 1);
  const items = COLOURS.map((_, colour) => painted(colour, paint));
  let loads = 0;
  const load = () => Promise.resolve(items[loads++]);
  const { random, scale } = listening(createRandom(seed, 2), settings);
  const request = { index: 0, images: 1000, size: SIZE, mosaic: true, settings };
  const sample = await augment(request, load, random);
  return { items: items.slice(0, loads), sample, scale: scale() };
}

/** How far a box is off the pixels of its object, or the share of a visible object without a box. */
function judge({ items, sample, scale }: Drawn, colour: number): { off?: number; unboxed?: number } {
  const { bounds, area } = seen(sample, colour);
  const row = sample.boxes.class.indexOf(colour);
  if (row >= 0) {
    const box = boxAt(sample.boxes, row);
    return { off: Math.max(...bounds.map((v, k) => Math.abs(v - box[k]))) };
  }
  // Boxes of 2 pixels and less are dropped by rule.
  if (bounds[2] - bounds[0] <= 3 || bounds[3] - bounds[1] <= 3) return {};
  const { image, labels } = items[colour];
  const whole = labels.boxes[2] * image.width * labels.boxes[3] * image.height * scale ** 2;
  return { unboxed: area / whole };
}

async function check(settings: Partial<AugmentSettings>): Promise<void> {
  const drawn = await Promise.all(
    Array.from({ length: SAMPLES }, (_, seed) => draw({ ...OFF, ...settings }, seed)),
  );
  const found = drawn.flatMap((one) => one.items.map((_, colour) => judge(one, colour)));
  const off = found.flatMap((one) => one.off ?? []);
  expect(off.length).toBeGreaterThan(SAMPLES / 2);
  expect(Math.max(...off)).toBeLessThan(MOST_PIXELS_OFF);
  // A box is dropped when a tenth or less of it is left; an edge of pixels is counted in or out.
  expect(Math.max(0, ...found.map((one) => one.unboxed ?? 0))).toBeLessThan(0.15);
}

describe(`a box is where its object is drawn, in ${SAMPLES} random samples each`, () => {
  it('without augmentation', () => check({}));
  it('with translate', () => check({ translate: 0.5 }));
  it('with scale', () => check({ scale: 0.9 }));
  it('with fliplr', () => check({ fliplr: 0.5 }));
  it('with flipud', () => check({ flipud: 0.5 }));
  it('with mosaic', () => check({ mosaic: 1 }));
  it('with mosaic and translate', () => check({ mosaic: 1, translate: 0.5 }));
  it('with mosaic and a scale above .5', () => check({ mosaic: 1, scale: 0.9 }));
  it('with mosaic and all of them', () =>
    check({ mosaic: 1, translate: 0.5, scale: 0.9, fliplr: 0.5, flipud: 0.5 }));
});
