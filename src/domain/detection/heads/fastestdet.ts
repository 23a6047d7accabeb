import type { Size } from '../letterbox';
import { type Head, type OutputView, toCorners } from './head';

const CHANNELS_BEFORE_CLASSES = 5;

/**
 * FastestDet: (5 + classes, rows, columns): objectness, tx, ty, tw, th, class probabilities. Score = obj^0.6 * class^0.4,
 * centre = (cell + tanh(t)) / cells, size = sigmoid(t), of the whole image (dog-qiuqiu/FastestDet, example/onnx-runtime).
 */
export function fastestDetHead(classes: number, grid: { rows: number; columns: number }, input: Size): Head {
  const anchors = grid.rows * grid.columns;
  const best = ({ data, start }: OutputView, anchor: number): number => {
    const at = start + CHANNELS_BEFORE_CLASSES * anchors + anchor;
    let chosen = 0;
    for (let c = 1; c < classes; c++) if (data[at + c * anchors] > data[at + chosen * anchors]) chosen = c;
    return chosen;
  };
  return {
    kind: 'fastestdet',
    classes,
    anchors,
    size: (CHANNELS_BEFORE_CLASSES + classes) * anchors,
    finished: false,
    bestClassOnly: true,
    scan: (view, { conf }, found) => {
      const { data, start } = view;
      for (let a = 0; a < anchors; a++) {
        const cls = best(view, a);
        const probability = data[start + (CHANNELS_BEFORE_CLASSES + cls) * anchors + a];
        const score = Math.fround(data[start + a] ** 0.6 * probability ** 0.4);
        if (score > conf) found.add(a, cls, score);
      }
    },
    readBox: ({ data, start }, a, out) => {
      const channel = (n: number): number => data[start + n * anchors + a];
      out[0] = (((a % grid.columns) + Math.tanh(channel(1))) / grid.columns) * input.width;
      out[1] = ((Math.floor(a / grid.columns) + Math.tanh(channel(2))) / grid.rows) * input.height;
      out[2] = sigmoid(channel(3)) * input.width;
      out[3] = sigmoid(channel(4)) * input.height;
      toCorners(out);
    },
  };
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
