import { type Blocked, toBlocks, toFeature } from '../graph/blocked';
import { blockedConvNorm, blockedSilu } from '../graph/blocked-conv-norm';
import type { KernelWindow } from '../graph/convolution';
import type { Feature } from '../graph/feature';
import { upsample2 } from '../graph/rows';
import { concat, reshape } from '../graph/shape';
import type { Tensor } from '../graph/tensor';
import type { Blocks } from './blocks';
import {
  type BatchStats,
  BYTE,
  fromBytes,
  normWeights,
  type ParameterTensors,
  predictRows,
} from './training-blocks';

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
