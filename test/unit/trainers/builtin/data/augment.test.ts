import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../../src/base/random';
import type { AugmentSettings } from '../../../../../src/domain/experiment/types';
import {
  augment,
  composeMosaic,
  composeSingle,
  flip,
  hide,
  jitterColour,
  type LabelledImage,
} from '../../../../../src/trainers/builtin/data/augment';
import { boxAt, clipBoxes, moveBoxes } from '../../../../../src/trainers/builtin/data/geometry';
import { fitLongSide } from '../../../../../src/trainers/builtin/data/image-cache';
import { BORDER } from '../../../../../src/trainers/builtin/data/resample';
import type { Sample } from '../../../../../src/trainers/builtin/data/types';

const SIZE = 64;
const OFF: AugmentSettings = {
  fliplr: 0,
  flipud: 0,
  hsv_h: 0,
  hsv_s: 0,
  hsv_v: 0,
  translate: 0,
  scale: 0,
  mosaic: 0,
  close_mosaic: 0,
  mixup: 0,
  cutout: 0,
};

/** A black image with a white rectangle, and its label. */
function framed(width: number, height: number, [x1, y1, x2, y2]: readonly number[]): LabelledImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = y1; y < y2; y++) data.fill(255, (y * width + x1) * 3, (y * width + x2) * 3);
  const boxes = [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height];
  return { image: { width, height, data }, labels: { class: [3], boxes } };
}

/** Bounds of the pixels brighter than middle grey between black and white; the border is not white. */
function whiteBounds({ pixels }: Sample): number[] {
  const bounds = [SIZE, SIZE, 0, 0];
  for (let i = 0; i < SIZE * SIZE; i++) {
    if (pixels[i] < 190) continue;
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    bounds.splice(
      0,
      4,
      Math.min(bounds[0], x),
      Math.min(bounds[1], y),
      Math.max(bounds[2], x + 1),
      Math.max(bounds[3], y + 1),
    );
  }
  return bounds;
}

function expectBoxOnWhite(sample: Sample): void {
  const white = whiteBounds(sample);
  const box = boxAt(sample.boxes, 0);
  for (const [k, v] of white.entries()) expect(Math.abs(box[k] - v)).toBeLessThanOrEqual(1.01);
}

function jittered(random: Random): Sample {
  const sample = composeSingle(ITEM, SIZE, { translate: 0.15, scale: 0.4 }, random);
  const flipped = random.next() < 0.5 ? flip(sample, SIZE, 'x') : sample;
  return random.next() < 0.5 ? flip(flipped, SIZE, 'y') : flipped;
}

const ITEM = framed(64, 40, [20, 10, 44, 30]);

describe('boxes follow the pixels', () => {
  it('in a letterbox, with grey above and below', () => {
    const sample = composeSingle(ITEM, SIZE, OFF, createRandom(0));
    expect(boxAt(sample.boxes, 0)).toEqual([20, 22, 44, 42]);
    expect(whiteBounds(sample)).toEqual([20, 22, 44, 42]);
    expect(sample.pixels[0]).toBe(BORDER);
    expect(sample.pixels[12 * SIZE]).toBe(0);
  });

  it('under 200 random scales, shifts and flips', () => {
    const samples = Array.from({ length: 200 }, (_, seed) => jittered(createRandom(seed)));
    const visible = samples.filter((sample) => sample.boxes.class.length === 1);
    expect(visible.length).toBeGreaterThan(150);
    for (const sample of visible) expectBoxOnWhite(sample);
  });

  it('in a mosaic of four', () => {
    const black = framed(64, 64, [0, 0, 0, 0]);
    const empty = { image: black.image, labels: { class: [], boxes: [] } };
    let seen = 0;
    for (let seed = 0; seed < 100; seed++) {
      const sample = composeMosaic(
        [empty, ITEM, empty, empty],
        SIZE,
        { translate: 0.1, scale: 0.3 },
        createRandom(seed),
      );
      if (sample.boxes.class.length === 0) continue;
      seen++;
      expectBoxOnWhite(sample);
    }
    expect(seen).toBeGreaterThan(20);
  });
});

describe('box filter', () => {
  const identity = { scale: 1, x: 0, y: 0 };
  const one = (corners: number[]) => ({ class: [0], corners });

  it('cuts at the picture and drops what keeps a tenth of its area or less', () => {
    expect(moveBoxes(one([-10, 10, 10, 30]), identity, SIZE).corners).toEqual([0, 10, 10, 30]);
    expect(moveBoxes(one([-37, 10, 4, 30]), identity, SIZE).class).toEqual([]);
  });

  it('drops boxes of 2 pixels and less, and splinters', () => {
    expect(moveBoxes(one([5, 5, 7, 20]), identity, SIZE).class).toEqual([]);
    expect(moveBoxes(one([5, 5, 7.5, 20]), identity, SIZE).class).toEqual([0]);
    expect(moveBoxes(one([0, 5, 400, 8]), identity, 400).class).toEqual([]);
  });

  it('drops boxes outside the canvas', () => {
    expect(clipBoxes(one([130, 5, 150, 20]), 128).class).toEqual([]);
  });
});

describe('augment', () => {
  const load = () => Promise.resolve(ITEM);
  const request = (settings: Partial<AugmentSettings>, mosaic = true) => ({
    index: 0,
    images: 9,
    size: SIZE,
    mosaic,
    settings: { ...OFF, ...settings },
  });

  it('leaves a picture as it is when everything is off', async () => {
    const sample = await augment(request({}), load, createRandom(1));
    expect(sample).toEqual(composeSingle(ITEM, SIZE, OFF, createRandom(1)));
  });

  it('gives the same sample for the same random numbers', async () => {
    const all = request({
      ...OFF,
      fliplr: 0.5,
      hsv_h: 0.1,
      hsv_s: 0.5,
      hsv_v: 0.5,
      mosaic: 0.5,
      mixup: 0.5,
      cutout: 0.5,
    });
    expect(await augment(all, load, createRandom(5))).toEqual(await augment(all, load, createRandom(5)));
    expect(await augment(all, load, createRandom(5))).not.toEqual(await augment(all, load, createRandom(6)));
  });

  it('keeps the boxes of both pictures in a mixup, none of it once mosaic is closed', async () => {
    expect((await augment(request({ mixup: 1 }), load, createRandom(2))).boxes.class).toEqual([3, 3]);
    expect((await augment(request({ mixup: 1 }, false), load, createRandom(2))).boxes.class).toEqual([3]);
  });

  it('drops a box that cutout hides by more than 60 %', () => {
    const sample = composeSingle(ITEM, SIZE, OFF, createRandom(0));
    expect(hide(sample, SIZE, { x: 20, y: 22, side: 10 }).boxes.class).toEqual([3]);
    expect(sample.pixels[22 * SIZE + 20]).toBe(BORDER);
    expect(hide(sample, SIZE, { x: 20, y: 22, side: 20 }).boxes.class).toEqual([]);
  });
});

describe('jitterColour', () => {
  const planar = (...rgb: number[]) => Uint8Array.from(rgb);
  /** Random numbers that are all 1: the largest gain of each kind. */
  const most = { ...createRandom(0), between: (_: number, high: number) => high };

  function check(rgb: number[], gains: { hsv_h: number; hsv_s: number; hsv_v: number }, expected: number[]) {
    const pixels = planar(...rgb);
    jitterColour(pixels, gains, most);
    expect([...pixels]).toEqual(expected);
  }

  it('turns red into green by a third of the circle and leaves grey grey', () => {
    check([200, 0, 0], { hsv_h: 1 / 3, hsv_s: 0, hsv_v: 0 }, [0, 200, 0]);
    check([77, 77, 77], { hsv_h: 0.4, hsv_s: 0.9, hsv_v: 0 }, [77, 77, 77]);
  });

  it('raises saturation and value and clips both', () => {
    check([100, 80, 80], { hsv_h: 0, hsv_s: 1, hsv_v: 0 }, [100, 60, 60]);
    check([200, 120, 40], { hsv_h: 0, hsv_s: 0, hsv_v: 1 }, [255, 153, 51]);
  });
});

describe('fitLongSide', () => {
  it('brings the longer side to the size and rounds the shorter up', () => {
    const image = { width: 640, height: 481, data: new Uint8Array(640 * 481 * 3) };
    expect(fitLongSide(image, 320)).toMatchObject({ width: 320, height: 241 });
  });
});
