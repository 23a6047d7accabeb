import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { transposedHead } from '../../../../src/domain/detection/heads/transposed';
import type { RgbImage } from '../../../../src/domain/detection/image';
import { fillInput, placeImage } from '../../../../src/domain/detection/letterbox';
import { BoxFinder } from '../../../../src/domain/detection/nms';

type Picture = { width: number; height: number; imgsz: number; sha256: string };
type Golden = {
  ultralytics: string;
  letterbox: (Picture & { input: [number, number] })[];
  predict: Picture[];
  nms: {
    classes: number;
    anchors: number;
    multiLabel: boolean;
    agnostic: boolean;
    output: string;
    found: string;
  }[];
};

const file = path.join(import.meta.dirname, '../../../fixtures/detection/golden.json');
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

/** The image that the golden script draws. */
function picture(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) data[i++] = x * 7 + y * 13 + c * 29 + ((x * y) % 31);
  return { width, height, data };
}

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe(`the model's input against Ultralytics ${golden.ultralytics}`, () => {
  for (const c of golden.letterbox) {
    it(`a validated image of ${c.width}x${c.height} at ${c.imgsz} in ${c.input.join('x')} is the same in every byte`, () => {
      const image = picture(c.width, c.height);
      const input = { width: c.input[0], height: c.input[1] };
      const placement = placeImage(image, input, 'letterbox', c.imgsz);
      expect(hashOf(fillInput(image, placement, 'rgb'))).toBe(c.sha256);
    });
  }

  for (const c of golden.predict) {
    it(`a predicted image of ${c.width}x${c.height} at ${c.imgsz} is the same in every byte`, () => {
      const image = picture(c.width, c.height);
      const placement = placeImage(image, { width: c.imgsz, height: c.imgsz }, 'single');
      expect(hashOf(fillInput(image, placement, 'rgb'))).toBe(c.sha256);
    });
  }
});

describe(`NMS against Ultralytics ${golden.ultralytics}`, () => {
  for (const c of golden.nms) {
    const kind = `${c.classes} classes, ${c.multiLabel ? 'all' : 'best'} labels${c.agnostic ? ', agnostic' : ''}`;
    it(`keeps the same boxes in the same order: ${kind}`, () => {
      const head = transposedHead({ ...c, channels: 4 + c.classes });
      const finder = new BoxFinder(head, { ...c, conf: 0.001, iou: 0.7, maxDetections: 300 });
      const found = finder.find({ data: floats(c.output), start: 0 });
      const rows = Array.from(found.scores, (score, i) => [
        ...found.boxes.subarray(4 * i, 4 * i + 4),
        score,
        found.class[i],
      ]);
      expect(new Float32Array(rows.flat())).toEqual(floats(c.found));
      expect(found.count).toBeGreaterThan(30);
    });
  }
});
