import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { accuracyOf, placeOf } from '../../src/domain/classification/accuracy';
import { cropInput, placeCrop } from '../../src/domain/classification/input';

// What the transforms and metrics of Ultralytics' own classification val made of the same images and scores.
const file = path.resolve(import.meta.dirname, '../fixtures/classification/golden.json');
const golden: Golden = JSON.parse(readFileSync(file, 'utf8'));

type Golden = {
  readonly images: readonly { readonly png: string; readonly side: number; readonly pixels: string }[];
  readonly scores: readonly {
    /** null: not a number. */
    readonly scores: readonly (readonly (number | null)[])[];
    readonly targets: readonly number[];
    readonly top1: number;
    readonly top5: number;
  }[];
};

it.each(golden.images)(
  'an image becomes the very bytes of the input of $side pixels',
  async ({ png, side, pixels }) => {
    const decoded = await sharp(Buffer.from(png, 'base64')).raw().toBuffer({ resolveWithObject: true });
    const { width, height } = decoded.info;
    const placement = placeCrop({ width, height }, { width: side, height: side });
    const input = cropInput({ width, height, data: decoded.data }, placement);
    expect(Buffer.compare(Buffer.from(input), Buffer.from(pixels, 'base64'))).toBe(0);
  },
);

it.each(golden.scores)(
  'top-1 $top1 and top-5 $top5, equal and missing scores included',
  ({ scores, targets, top1, top5 }) => {
    const places = scores.map((row, i) =>
      placeOf(
        Float32Array.from(row, (score) => score ?? Number.NaN),
        0,
        row.length,
        targets[i],
      ),
    );
    const own = accuracyOf(places);
    // torch means in single precision.
    expect(own.top1).toBeCloseTo(top1, 6);
    expect(own.top5).toBeCloseTo(top5, 6);
  },
);
