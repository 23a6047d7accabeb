import { encodeModel, int, ints } from '../../../onnx/encode';
import { BLOCKED_DOMAIN } from '../graph/blocked';
import { floats, openModel } from './runtime';

/** Block sizes of onnxruntime's CPU kernels: 16 with AVX-512, 8 with AVX2; which one is used cannot be queried. */
const BLOCKS = [16, 8] as const;

/**
 * Channels in a block of this machine's direct convolutions, 0 if it has none (or if a release of the runtime lays
 * blocks out in another way): a convolution of a single tap copies one chosen channel to each output, and its result
 * shows the layout of the blocks.
 */
export async function channelBlock(): Promise<number> {
  for (const block of BLOCKS) {
    if (await isBlock(block).catch(() => false)) return block;
  }
  return 0;
}

/** Two blocks in, two out; output channel o of the only position is input channel o times o + 1, from the end. */
async function isBlock(block: number): Promise<boolean> {
  const channels = 2 * block;
  const input = Float32Array.from({ length: channels }, (_, c) => c + 1);
  const session = await openModel(probe(channels), { device: { provider: 'cpu' }, threads: 1 });
  try {
    const results = await session.run({
      x: floats(input, [1, channels, 1, 1]),
      w: floats(reversing(block), [channels, channels, 1, 1]),
    });
    const y = results.y.data as Float32Array;
    return y.length === channels && y.every((value, o) => value === (channels - o) * (o + 1));
  } finally {
    await session.release();
  }
}

/** w[o][i] = o + 1 if o + i is the last channel, laid out as (O/b, I/b, i in block, o in block). */
function reversing(block: number): Float32Array {
  const channels = 2 * block;
  const weight = new Float32Array(channels * channels);
  for (let o = 0; o < channels; o++) {
    const i = channels - 1 - o;
    const [blockO, blockI] = [Math.floor(o / block), Math.floor(i / block)];
    weight[((blockO * 2 + blockI) * block + (i % block)) * block + (o % block)] = o + 1;
  }
  return weight;
}

function probe(channels: number): Uint8Array {
  const attributes = {
    kernel_shape: ints([1, 1]),
    pads: ints([0, 0, 0, 0]),
    strides: ints([1, 1]),
    dilations: ints([1, 1]),
    group: int(1),
  };
  const value = (name: string, dims: readonly number[]) => ({ name, type: 'float32', dims }) as const;
  return encodeModel(
    {
      name: 'pitwall-channel-block',
      nodes: [{ op: 'Conv', domain: BLOCKED_DOMAIN, inputs: ['x', 'w'], outputs: ['y'], attributes }],
      inputs: [value('x', [1, channels, 1, 1]), value('w', [channels, channels, 1, 1])],
      outputs: [value('y', [1, channels, 1, 1])],
      initializers: [],
      metadata: {},
    },
    '',
  );
}
