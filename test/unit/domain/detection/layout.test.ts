import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import type { ModelMetadata } from '../../../../src/domain/detection/metadata';
import {
  chooseLayout,
  type LayoutQuestion,
  type ModelLayout,
} from '../../../../src/domain/detection/model-layout';
import { BoxFinder } from '../../../../src/domain/detection/nms';
import { englishOf } from '../../../helpers/english-of';

const NOTHING: ModelMetadata = {
  names: undefined,
  imgsz: undefined,
  stride: undefined,
  task: undefined,
  finished: undefined,
};

function layoutOf(output: readonly number[], question: Partial<LayoutQuestion> = {}): ModelLayout {
  const layout = chooseLayout({ output, input: { width: 640, height: 640 }, metadata: NOTHING, ...question });
  if ('template' in layout) throw new Error(inEnglish(layout));
  if (!('head' in layout)) throw new Error(`a classifier of ${layout.scores} classes`);
  return layout;
}

function checkKind(
  output: readonly number[],
  expected: string,
  question: Partial<LayoutQuestion> = {},
): void {
  const { head, fit, order, divisor } = layoutOf(output, question);
  expect(`${head.kind} ${head.classes} ${fit} ${order} ${divisor}`).toBe(expected);
}

/** Rounded rows x1 y1 x2 y2 score class of one image's output. */
function boxesOf(layout: ModelLayout, data: Float32Array): number[][] {
  const options = { conf: 0.001, iou: 0.7, maxDetections: 10, multiLabel: false, agnostic: false };
  const found = new BoxFinder(layout.head, options).find({ data, start: 0 });
  return Array.from(found.scores, (score, i) => [
    ...found.boxes.subarray(4 * i, 4 * i + 4),
    score,
    found.class[i],
  ]).map((row) => row.map((v) => Number(v.toFixed(4))));
}

describe('the layout of a model', () => {
  it('is known by the shape of its output', () => {
    checkKind([1, 84, 8400], 'v8 80 letterbox rgb 255');
    checkKind([1, 5, 8400], 'v8 1 letterbox rgb 255');
    checkKind([1, 25200, 85], 'v5 80 letterbox rgb 255');
    checkKind([1, 25200, 6], 'v5 1 letterbox rgb 255');
    checkKind([1, 8400, 85], 'yolox 80 corner bgr 1');
    checkKind([1, 300, 6], 'end2end 1 letterbox rgb 255');
    checkKind([1, 85, 40, 40], 'fastestdet 80 stretch bgr 255');
  });

  it('is known by metadata if a shape has two readings', () => {
    const metadata = { ...NOTHING, names: ['a', 'b', 'c'], finished: true };
    checkKind([1, 300, 6], 'end2end 3 letterbox rgb 255', { metadata });
    checkKind([1, 116, 8400], 'v8 3 letterbox rgb 255', { metadata: { ...metadata, finished: false } });
    checkKind([1, 84, 34000], 'v8 80 letterbox rgb 255', { metadata: { ...NOTHING, finished: false } });
  });

  it('is a sentence if it is not a known one', () => {
    const question = { input: { width: 640, height: 640 }, metadata: NOTHING };
    expect(englishOf(chooseLayout({ ...question, output: [1, 1000] }))).toContain('[1, 1000]');
    expect(englishOf(chooseLayout({ ...question, output: [1, 4, 8400] }))).toContain(
      'not a known detector layout',
    );
    const segment = { ...NOTHING, task: 'segment' };
    expect(englishOf(chooseLayout({ ...question, output: [1, 39, 8400], metadata: segment }))).toContain(
      '"segment"',
    );
  });

  it('of a classifier is a score for each class', () => {
    const question = { input: { width: 224, height: 224 }, metadata: { ...NOTHING, task: 'classify' } };
    expect(chooseLayout({ ...question, output: [1, 1000] })).toMatchObject({ scores: 1000, fit: 'crop' });
  });
});

describe('reading boxes', () => {
  it('of v8: the best class of an anchor above the threshold', () => {
    const input = { width: 32, height: 32 };
    const anchors = 21;
    const layout = layoutOf([1, 6, anchors], { input });
    const data = new Float32Array(6 * anchors);
    [10, 12, 4, 6, 0.3, 0.9].forEach((v, channel) => {
      data[channel * anchors + 5] = v;
    });
    expect(boxesOf(layout, data)).toEqual([[8, 9, 12, 15, 0.9, 1]]);
  });

  it('of YOLOv5: score is objectness times class', () => {
    const input = { width: 32, height: 32 };
    const layout = layoutOf([1, 63, 7], { input });
    const data = new Float32Array(63 * 7);
    data.set([10, 12, 4, 6, 0.5, 0.2, 0.8], 7 * 3);
    expect(boxesOf(layout, data)).toEqual([[8, 9, 12, 15, 0.4, 1]]);
  });

  it('of YOLOX: raw cells are decoded, boxes decoded by the export are taken as they are', () => {
    const input = { width: 32, height: 32 };
    const layout = layoutOf([1, 21, 7], { input });
    const raw = new Float32Array(21 * 7);
    // Anchor 17 is the cell (1, 0) of the 2 x 2 level with stride 16.
    raw.set([0.5, 0.25, Math.log(1), Math.log(0.5), 1, 0.5, 0.1], 7 * 17);
    expect(boxesOf(layout, raw)).toEqual([[16, 0, 32, 8, 0.5, 0]]);
    const decoded = new Float32Array(21 * 7);
    decoded.set([24, 4, 16, 8, 1, 0.5, 0.1], 7 * 17);
    expect(boxesOf(layout, decoded)).toEqual([[16, 0, 32, 8, 0.5, 0]]);
  });

  it('of an end-to-end head: rows as they come, up to the first that is empty', () => {
    const layout = layoutOf([1, 4, 6], { metadata: { ...NOTHING, finished: true, names: ['a', 'b'] } });
    const data = new Float32Array([1, 2, 3, 4, 0.9, 1, 1, 2, 3, 4, 0.8, 0, ...new Array(12).fill(0)]);
    expect(boxesOf(layout, data)).toEqual([
      [1, 2, 3, 4, 0.9, 1],
      [1, 2, 3, 4, 0.8, 0],
    ]);
  });

  it('of FastestDet: tanh offsets, sigmoid sizes of the whole image, weighted score', () => {
    const layout = layoutOf([1, 7, 2, 2], { input: { width: 32, height: 32 } });
    const data = new Float32Array(7 * 4);
    // Cell (1, 0): objectness .5, offset 0, size sigmoid(0) = half the image, classes .2 and .8.
    [0.5, 0, 0, 0, 0, 0.2, 0.8].forEach((v, channel) => {
      data[channel * 4 + 1] = v;
    });
    expect(boxesOf(layout, data)).toEqual([[8, -8, 24, 8, Number((0.5 ** 0.6 * 0.8 ** 0.4).toFixed(4)), 1]]);
  });
});
