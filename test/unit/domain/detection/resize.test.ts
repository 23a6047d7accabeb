import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { resizeBilinear } from '../../../../src/domain/detection/resize';

type Case = {
  width: number;
  height: number;
  toWidth: number;
  toHeight: number;
  input: string;
  output: string;
};

const file = path.join(import.meta.dirname, '../../../fixtures/resize/opencv.json');
const golden = JSON.parse(readFileSync(file, 'utf8')) as { opencv: string; cases: Case[] };

describe(`resizeBilinear against OpenCV ${golden.opencv}`, () => {
  for (const c of golden.cases) {
    it(`gives every byte of ${c.width}x${c.height} to ${c.toWidth}x${c.toHeight}`, () => {
      const data = new Uint8Array(Buffer.from(c.input, 'base64'));
      const out = resizeBilinear({ width: c.width, height: c.height, data }, c.toWidth, c.toHeight);
      expect([out.width, out.height]).toEqual([c.toWidth, c.toHeight]);
      expect(Buffer.from(out.data).toString('base64')).toBe(c.output);
    });
  }
});
