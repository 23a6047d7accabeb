import { expect, it } from 'vitest';
import type { DatasetImage } from '../../../src/dataset/split';
import { zValidateParams } from '../../../src/protocol/validator';
import { reportOf } from '../../../src/validator/report';
import type { ImageResult } from '../../../src/validator/val-set/collect';

// Two images of 100 x 100 with one detection of the same score each; only the second has a label, which its own finds.
const size = { width: 100, height: 100 };
const image = (labels: number): DatasetImage => ({
  file: '',
  stamp: '',
  labelDigest: '',
  boxes: Float32Array.from({ length: 4 * labels }, (_, i) => (i % 4 < 2 ? 0.5 : 0.2)),
  class: new Uint16Array(labels),
});
const result = (index: number): ImageResult => ({
  index,
  size,
  placement: { ...size, input: size, loaded: size, left: 0, top: 0, scaleX: 1, scaleY: 1 },
  boxes: Float32Array.of(40, 40, 60, 60),
  scores: Float32Array.of(0.5),
  class: Uint16Array.of(0),
});

const names = ['one'];
const split = {
  names,
  datasetNames: names,
  images: [image(0), image(1)],
  problems: [],
  unlabelled: [],
  fingerprint: '',
};
const params = zValidateParams.parse({ model: 'm.onnx', data: 'd.yaml' });
const model = { device: 'cpu', half: false, input: size, names };
const results = [result(0), result(1)];

function mapOf(asRun: readonly ImageResult[]): number {
  const outcome = { params, split, model, results, asRun, classes: 1, batch: 1, skipped: 0 };
  return reportOf(outcome, { start: 0, load: 0, run: 0, inference: 0 }).map;
}

it('equal scores rank in the order in which the images ran, as Ultralytics takes them from its loader', () => {
  expect(mapOf([result(1), result(0)])).toBeCloseTo(0.995, 3);
  expect(mapOf([result(0), result(1)])).toBeLessThan(0.6);
});
