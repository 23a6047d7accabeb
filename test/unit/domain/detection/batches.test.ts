import { describe, expect, it } from 'vitest';
import { placeImage } from '../../../../src/domain/detection/letterbox';
import { autoBatch, rectBatches, roundToStride } from '../../../../src/domain/detection/rect-batches';
import { regrouped } from '../../../../src/validator/val-set/batch-plan';

function checkShape(aspects: readonly number[], expected: string): void {
  const sizes = aspects.map((aspect) => ({ width: 1600, height: 1600 * aspect }));
  const [{ input }] = rectBatches(sizes, { batch: aspects.length, imgsz: 640, stride: 32 });
  expect(`${input.height}x${input.width}`).toBe(expected);
}

describe('a rect batch', () => {
  it('has the height and width Ultralytics gives it', () => {
    checkShape([1], '672x672');
    checkShape([0.75], '512x672');
    checkShape([1.333], '672x512');
    checkShape([0.5625], '384x672');
    checkShape([0.5, 1.5], '672x672');
    checkShape([0.5625, 0.75], '512x672');
  });

  it('runs with its neighbours of the same shape, as many at once as fit; the shapes stay', () => {
    const wide = { width: 96, height: 64 };
    const square = { width: 96, height: 96 };
    const blocks = [
      { input: wide, images: [3, 1] },
      { input: wide, images: [2] },
      { input: square, images: [0, 4] },
    ];
    expect(regrouped(blocks, 8)).toEqual([
      { input: wide, images: [3, 1, 2] },
      { input: square, images: [0, 4] },
    ]);
    expect(regrouped(blocks, 2).map(({ images }) => images)).toEqual([[3, 1], [2], [0, 4]]);
  });

  it('holds images of like aspect ratio', () => {
    const sizes = [2, 0.5, 1, 0.4].map((aspect) => ({ width: 100, height: 100 * aspect }));
    const batches = rectBatches(sizes, { batch: 2, imgsz: 640, stride: 32 });
    expect(batches.map(({ images }) => images)).toEqual([
      [3, 1],
      [2, 0],
    ]);
  });
});

describe('an image in its input', () => {
  it('is centred with the odd pixel at the right and bottom', () => {
    const placement = placeImage({ width: 640, height: 427 }, { width: 640, height: 640 }, 'letterbox');
    expect(placement).toMatchObject({ width: 640, height: 427, left: 0, top: 106 });
  });

  it('is rounded up when validated and to the nearest when predicted', () => {
    const image = { width: 1000, height: 333 };
    const input = { width: 640, height: 640 };
    expect(placeImage(image, input, 'letterbox').height).toBe(214);
    expect(placeImage(image, input, 'single').height).toBe(213);
    expect(placeImage(image, input, 'corner')).toMatchObject({ width: 640, height: 213, left: 0, top: 0 });
    expect(placeImage(image, input, 'stretch')).toMatchObject({ width: 640, height: 640 });
  });
});

describe('sizes', () => {
  it('are raised to the stride', () => {
    expect([640, 641, 10].map((size) => roundToStride(size, 32))).toEqual([640, 672, 32]);
  });

  it('of automatic batches shrink as images grow, and are larger on a GPU', () => {
    const batches = [128, 320, 640, 1280].map((side) => {
      const input = { width: side, height: side };
      return [false, true].map((gpu) => autoBatch(input, { gpu, half: gpu }));
    });
    expect(batches).toEqual([
      [32, 64],
      [16, 64],
      [4, 16],
      [1, 4],
    ]);
  });
});
