import { int } from '../../../onnx/encode';
import { add, scale } from '../graph/arithmetic';
import { type ConvNormWeights, convNorm } from '../graph/conv-norm';
import { conv, type KernelWindow } from '../graph/convolution';
import type { Feature } from '../graph/feature';
import { silu } from '../graph/functions';
import type { Graph, Tensor } from '../graph/graph';
import { upsample2 } from '../graph/rows';
import { concat } from '../graph/shape';
import type { Blocks } from './blocks';

/** A parameter as the matrix the graph works with: a kernel (Cout, k k Cin), a vector (1, C). */
export type ParameterTensors = (name: string) => Tensor;

/** (1, C) each, over `count` rows; the variance is the biased one. */
export type BatchStats = {
  readonly name: string;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly count: number;
};

/** The network as a differentiable graph; the statistics of every batch norm are left in `stats`, in the layout's order. */
export function trainingBlocks(
  graph: Graph,
  parameter: ParameterTensors,
  stats: BatchStats[],
): Blocks<Feature> {
  const convNormAct = (name: string, x: Feature, window: KernelWindow, unit = 1): Feature => {
    const weights = normWeights(graph, parameter, { name, unit });
    const { feature, mean, variance } = convNorm(graph, x, weights, window);
    stats.push({ name: `${name}.norm`, count: feature.rows.shape[0], mean, variance });
    return { ...feature, rows: silu(graph, feature.rows) };
  };
  return {
    // Images come cut into the stem's patches already.
    stem: (name, image) => {
      const rows = fromBytes(graph, image.rows);
      return convNormAct(name, { ...image, rows }, { kernel: 1, stride: 1 }, BYTE);
    },
    convNormAct: (name, x, { kernel, stride = 1 }) => convNormAct(name, x, { kernel, stride }),
    predict: (name, x) => predictRows(graph, parameter, { name, x }),
    add: (a, b) => ({ ...a, rows: add(graph, a.rows, b.rows) }),
    concat: (parts) => ({
      ...parts[0],
      rows: concat(
        graph,
        parts.map((p) => p.rows),
        1,
      ),
    }),
    upsample: (x) => upsample2(graph, x),
  };
}

/** A pixel is a byte that stands for 0..1: the stem's kernel is divided, which is less work than dividing pixels. */
export const BYTE = 1 / 255;

/** The bytes 0 to 255 as numbers. */
export function fromBytes(graph: Graph, bytes: Tensor): Tensor {
  return graph.emit({ op: 'Cast', inputs: [bytes], shape: bytes.shape, attributes: { to: int(1) } });
}

/** What convNorm takes of a layer whose inputs are in the given unit. */
export function normWeights(
  graph: Graph,
  parameter: ParameterTensors,
  { name, unit }: { readonly name: string; readonly unit: number },
): ConvNormWeights {
  const weight = parameter(`${name}.conv.weight`);
  return {
    weight: unit === 1 ? weight : scale(graph, weight, unit),
    gamma: parameter(`${name}.norm.weight`),
    beta: parameter(`${name}.norm.bias`),
  };
}

type HeadLayer = { readonly name: string; readonly x: Feature };

export function predictRows(graph: Graph, parameter: ParameterTensors, { name, x }: HeadLayer): Feature {
  const y = conv(graph, x, parameter(`${name}.weight`), { kernel: 1, stride: 1 });
  return { ...y, rows: add(graph, y.rows, parameter(`${name}.bias`)) };
}
