import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDetectionsFile } from '../../../../src/coco/detections-file';
import type { CocoFile } from '../../../../src/coco/evaluate-files';
import { parseGroundTruthFile } from '../../../../src/coco/ground-truth-file';
import { cocoStats, evaluateCoco } from '../../../../src/domain/evaluation/coco/evaluate';
import { COCO_PARAMS, type CocoParams } from '../../../../src/domain/evaluation/coco/input';

type Case = {
  kind: string;
  images: number[];
  categories: number[];
  gt: number[][];
  dt: number[][];
  params: { useCats?: number; iouThrs?: number[]; maxDets?: number[] };
  stats: number[];
  sha: string[];
};

const fixture = path.resolve(import.meta.dirname, '../../../fixtures/coco/golden.json');
const cases = JSON.parse(readFileSync(process.env.COCO_GOLDEN ?? fixture, 'utf8')) as Case[];

const asFile = (value: unknown): CocoFile => ({
  file: 'a.json',
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});

function paramsOf({ useCats, iouThrs, maxDets }: Case['params']): CocoParams {
  return {
    ...COCO_PARAMS,
    useCategories: useCats !== 0,
    iouThresholds: iouThrs ? Float64Array.from(iouThrs) : COCO_PARAMS.iouThresholds,
    maxDetections: maxDets ?? COCO_PARAMS.maxDetections,
  };
}

function digest(values: Float64Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

function check(one: Case): void {
  const gt = asFile({
    images: one.images.map((id) => ({ id })),
    categories: one.categories.map((id) => ({ id })),
    annotations: one.gt.map(([id, image_id, category_id, x, y, w, h, area, iscrowd]) => {
      return { id, image_id, category_id, bbox: [x, y, w, h], area, iscrowd };
    }),
  });
  const dt = asFile(
    one.dt.map(([image_id, category_id, x, y, w, h, score]) => {
      return { image_id, category_id, bbox: [x, y, w, h], score };
    }),
  );
  const truth = parseGroundTruthFile(gt.bytes, gt.file).value!;
  const detections = parseDetectionsFile(dt.bytes, dt.file, truth).value!;
  const params = paramsOf(one.params);
  const actual = evaluateCoco(truth.groundTruth, detections, params);
  expect([actual.precision, actual.recall, actual.scores].map(digest)).toEqual(one.sha);
  expect(Object.values(actual.stats)).toEqual(one.stats);
  expect(cocoStats(truth.groundTruth, detections, params)).toEqual(actual.stats);
}

describe('random edge cases equal pycocotools bit for bit', () => {
  for (const kind of new Set(cases.map((one) => one.kind))) {
    const own = cases.filter((one) => one.kind === kind);
    it(`${kind} (${own.length})`, () => own.forEach(check));
  }
});
