import { int } from '../../../onnx/encode';
import { type Blocked, toBlocks, toFeature } from '../graph/blocked';
import { blockedConvNorm, blockedSilu } from '../graph/blocked-convolution';
import { type ConvNormWeights, convNorm } from '../graph/conv-norm';
import { conv, type KernelWindow } from '../graph/convolution';
import { type Feature, upsample2 } from '../graph/rows';
import { concat, reshape } from '../graph/shape';
import type { Tensor } from '../graph/tensor';
import type { Blocks } from './detector';

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
export function trainingBlocks(parameter: ParameterTensors, stats: BatchStats[]): Blocks<Feature> {
  const convNormAct = (name: string, x: Feature, window: KernelWindow, unit = 1): Feature => {
    const weights = normWeights(parameter, { name, unit });
    const { feature, mean, variance } = convNorm(x, weights, window);
    stats.push({ name: `${name}.norm`, count: feature.rows.shape[0], mean, variance });
    return { ...feature, rows: feature.rows.silu() };
  };
  return {
    // Images are already cut into the stem's patches.
    stem: (name, image) => {
      const rows = fromBytes(image.rows);
      return convNormAct(name, { ...image, rows }, { kernel: 1, stride: 1 }, BYTE);
    },
    convNormAct: (name, x, { kernel, stride = 1 }) => convNormAct(name, x, { kernel, stride }),
    predict: (name, x) => predictRows(parameter, { name, x }),
    add: (a, b) => ({ ...a, rows: a.rows.add(b.rows) }),
    concat: (parts) => ({
      ...parts[0],
      rows: concat(
        parts.map((p) => p.rows),
        1,
      ),
    }),
    upsample: (x) => upsample2(x),
  };
}

/** A pixel is a byte that means 0..1: the stem's kernel is divided, which is less work than dividing pixels. */
export const BYTE = 1 / 255;

/** The bytes 0 to 255 as numbers. */
export function fromBytes(bytes: Tensor): Tensor {
  return bytes.graph.emit({ op: 'Cast', inputs: [bytes], shape: bytes.shape, attributes: { to: int(1) } });
}

/** The parameters of convNorm for a layer whose inputs are in the given unit. */
export function normWeights(
  parameter: ParameterTensors,
  { name, unit }: { readonly name: string; readonly unit: number },
): ConvNormWeights {
  const weight = parameter(`${name}.conv.weight`);
  return {
    weight: unit === 1 ? weight : weight.mul(unit),
    gamma: parameter(`${name}.norm.weight`),
    beta: parameter(`${name}.norm.bias`),
  };
}

type HeadLayer = { readonly name: string; readonly x: Feature };

export function predictRows(parameter: ParameterTensors, { name, x }: HeadLayer): Feature {
  const y = conv(x, parameter(`${name}.weight`), { kernel: 1, stride: 1 });
  return { ...y, rows: y.rows.add(parameter(`${name}.bias`)) };
}

export type BlockedMap = Blocked | Feature;

/** trainingBlocks on blocks of channels, for the CPU's direct convolutions; heads are rows, as the loss wants them. */
export function blockedBlocks(parameter: ParameterTensors, stats: BatchStats[]): Blocks<BlockedMap> {
  const convNormAct = (name: string, input: BlockedMap, window: KernelWindow, unit = 1): Blocked => {
    const x = blocked(input);
    const expected = parameter(`${name}.norm.running_mean`);
    const weights = normWeights(parameter, { name, unit });
    const { feature, mean, variance } = blockedConvNorm(x, { weights, expected, window });
    const [batch, , height, width] = feature.values.shape;
    stats.push({ name: `${name}.norm`, count: batch * height * width, mean, variance });
    return blockedSilu(feature);
  };
  return {
    // Arranged in blocks as bytes, which are four times as fast to move.
    stem: (name, image) => {
      const values = fromBytes(blocked(image).values);
      return convNormAct(name, { values }, { kernel: 1, stride: 1 }, BYTE);
    },
    convNormAct: (name, x, { kernel, stride = 1 }) => convNormAct(name, x, { kernel, stride }),
    predict: (name, x) => predictRows(parameter, { name, x: toFeature(blocked(x)) }),
    add: (a, b) => ({ values: blocked(a).values.add(blocked(b).values) }),
    concat: (parts) => ({
      values: concat(
        parts.map((part) => blocked(part).values),
        1,
      ),
    }),
    upsample: (x) => ({ values: upsampled(blocked(x).values) }),
  };
}

const blocked = (x: BlockedMap): Blocked => ('values' in x ? x : toBlocks(x));

/** In memory each block of channels is a map of its own. */
function upsampled(x: Tensor): Tensor {
  const { graph } = x;
  const [batch, channels, height, width] = x.shape;
  const maps = (batch * channels) / graph.channelBlock;
  const rows = reshape(x, [maps * height * width, graph.channelBlock]);
  const twice = upsample2({ rows, batch: maps, height, width });
  return reshape(twice.rows, [batch, channels, 2 * height, 2 * width]);
}
