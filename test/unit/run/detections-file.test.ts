// cspell:ignore Riss
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../../src/base/words';
import { decodeDetections, encodeDetections, whyNotDetections } from '../../../src/run/detections-file';
import { repositoryRoot } from '../../helpers/shared';

const file = {
  header: {
    fingerprint: 'abc',
    classes: ['Riss', '缺陷'],
    rule: {
      name: 'ultralytics' as const,
      imgsz: 640,
      conf: 0.001,
      iou: 0.7,
      max_det: 300,
      single_cls: false,
      split: 'val',
      exif: 'applied' as const,
    },
    images: 2,
    files: ['a.jpg', 'ö.jpg'],
    sizes: [10, 20, 30, 40],
    digests: ['a', 'b'],
  },
  detections: {
    boxes: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    scores: Float32Array.of(0.9, 0.5, 0.25),
    class: Uint16Array.of(0, 1, 1),
    image: Uint32Array.of(0, 0, 1),
  },
  truth: { boxes: Float32Array.of(1, 1, 2, 2), class: Uint16Array.of(1), image: Uint32Array.of(1) },
};

describe('a detections file', () => {
  it('comes back as it was written, wherever its bytes lie in memory', () => {
    const bytes = encodeDetections(file);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    for (const copy of [bytes, shifted.subarray(3)]) {
      const read = decodeDetections(copy);
      expect(read?.header).toEqual({ ...file.header, detections: 3, labels: 1 });
      expect(read?.detections).toEqual(file.detections);
      expect(read?.truth).toEqual({ ...file.truth, images: 2, classes: 2 });
    }
  });

  it('is refused when torn at any byte, lengthened, or of another kind', () => {
    const bytes = encodeDetections(file);
    for (let length = 0; length < bytes.length; length++)
      expect(decodeDetections(bytes.subarray(0, length))).toBeUndefined();
    expect(decodeDetections(new Uint8Array([...bytes, 0]))).toBeUndefined();
    expect(decodeDetections(new TextEncoder().encode('PITWDET3 and more text'))).toBeUndefined();
  });

  it('is refused with what and where if a number is none', () => {
    const boxes = Float32Array.of(1, 2, 3, 4, 5, 6, 7, Number.POSITIVE_INFINITY, 9, 10, 11, 12);
    const scores = Float32Array.of(0.9, 0.5, Number.NaN);
    const broken: readonly [typeof file, string][] = [
      [{ ...file, detections: { ...file.detections, scores } }, 'the score of detection 2, of ö.jpg, is NaN'],
      [
        { ...file, detections: { ...file.detections, boxes } },
        'the box of detection 1, of a.jpg, has Infinity',
      ],
      [
        { ...file, truth: { ...file.truth, boxes: Float32Array.of(1, Number.NaN, 2, 2) } },
        'the box of label 0, of ö.jpg, has NaN',
      ],
    ];
    for (const [one, why] of broken) {
      const bytes = encodeDetections(one);
      expect(decodeDetections(bytes)).toBeUndefined();
      expect(inEnglish(whyNotDetections(bytes))).toBe(why);
    }
  });

  it('is refused when a column of its header has another length', () => {
    const short = { ...file, header: { ...file.header, sizes: [10, 20, 30] } };
    expect(decodeDetections(encodeDetections(short))).toBeUndefined();
  });

  it('is refused if it would keep a reader busy for ever', () => {
    const many = (found: number, known: number) => {
      const column = (n: number) => ({
        boxes: new Float32Array(4 * n),
        class: new Uint16Array(n),
        image: new Uint32Array(n),
      });
      const detections = { ...column(found), scores: new Float32Array(found) };
      return decodeDetections(encodeDetections({ ...file, detections, truth: column(known) }));
    };
    expect(many(10_000, 2000)?.detections.image.length).toBe(10_000);
    expect(many(60_000, 0)).toBeUndefined();
    expect(many(0, 60_000)).toBeUndefined();
    expect(many(9000, 9000)).toBeUndefined();
  });

  it('is refused if it declares more images than it names', () => {
    const declared = { ...file, header: { ...file.header, images: 1_000_000_000 } };
    expect(decodeDetections(encodeDetections(declared))).toBeUndefined();
  });

  it('of version 1 comes out of the input of its model', () => {
    const old = readFileSync(
      path.join(repositoryRoot, 'test/fixtures/runs/9508bab/old-wide/validation/epoch-0025.det'),
    );
    const read = decodeDetections(old);
    expect(read?.header).toMatchObject({
      classes: ['green', 'red'],
      rule: { imgsz: 96, split: 'val', exif: 'applied' },
      images: 6,
    });
    // Labels as in the first label file, of an image of 64 x 64 pixels.
    const labels = readFileSync(
      path.join(repositoryRoot, 'test/fixtures/runs/9508bab/labels/val/0.txt'),
      'utf8',
    );
    const [cx, cy, w, h] = labels
      .split('\n')[0]
      .split(' ')
      .slice(1)
      .map((v) => Number(v) * 64);
    const box = [...(read?.truth.boxes.subarray(0, 4) ?? [])];
    [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2].forEach((v, i) => {
      expect(box[i]).toBeCloseTo(v, 3);
    });
  });

  it('is refused when an index points outside', () => {
    const outside = { ...file, truth: { ...file.truth, image: Uint32Array.of(2) } };
    expect(decodeDetections(encodeDetections(outside))).toBeUndefined();
    const wrongClass = { ...file, detections: { ...file.detections, class: Uint16Array.of(0, 1, 2) } };
    expect(decodeDetections(encodeDetections(wrongClass))).toBeUndefined();
  });
});
