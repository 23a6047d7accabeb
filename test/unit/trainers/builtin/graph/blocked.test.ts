import { describe, expect, it } from 'vitest';
import { toBlocks, toFeature } from '../../../../../src/trainers/builtin/graph/blocked';
import { blockedConvNorm, blockedSilu } from '../../../../../src/trainers/builtin/graph/blocked-convolution';
import { convNorm } from '../../../../../src/trainers/builtin/graph/conv-norm';
import { Graph } from '../../../../../src/trainers/builtin/graph/graph';
import { reshape } from '../../../../../src/trainers/builtin/graph/shape';
import type { Tensor } from '../../../../../src/trainers/builtin/graph/tensor';
import { channelBlock } from '../../../../../src/trainers/builtin/session/channel-block';
import { checkDerivative, run } from './central-differences';

const block = await channelBlock();
if (block === 0) console.warn('SKIPPED blocked kernels: this CPU has no direct convolutions for them');

const place = { batch: 2, height: 4, width: 6 };
type Window = readonly [kernel: number, stride: 1 | 2];
const windows = [
  [1, 1],
  [3, 1],
  [3, 2],
] as const satisfies readonly Window[];

/** Inputs of a layer of `channels` to as many: rows, kernel, gamma, beta, running mean. */
const shapes = (kernel: number, channels: number): number[][] => [
  [48, channels],
  [channels, kernel * kernel * channels],
  [1, channels],
  [1, channels],
  [1, channels],
];

type Path = 'alone' | 'beside another';

/**
 * `beside another`: the input also flows on another path, as in a residual layer; with stride 2 by a layer of the same
 * kind.
 */
function layer(
  _graph: Graph,
  inputs: readonly Tensor[],
  [kernel, stride]: Window,
  path: Path = 'alone',
): Tensor {
  const [rows, weight, gamma, beta, expected] = inputs;
  const x = toBlocks({ ...place, rows });
  const window = { kernel, stride };
  const { feature } = blockedConvNorm(x, { weights: { weight, gamma, beta }, expected, window });
  const y = blockedSilu(feature);
  if (path === 'alone') return toFeature(y).rows;
  const other =
    stride === 1
      ? x
      : blockedConvNorm(x, { weights: { weight, gamma, beta: gamma }, expected, window }).feature;
  return toFeature({ values: y.values.add(other.values) }).rows;
}

describe.skipIf(block === 0)('blocks of channels', () => {
  it.each(
    windows.flatMap((window) =>
      (['alone', 'beside another'] as const).map((path) => [...window, path] as const),
    ),
  )('kernel %i, stride %i, %s: the derivatives agree with central differences', (kernel, stride, path) =>
    checkDerivative(
      shapes(kernel, block)
        .slice(0, 4)
        .map((shape) => ({ shape })),
      (graph, inputs) => {
        const expected = graph.constant('expected', [1, block], () => new Float32Array(block).fill(0.3));
        return layer(graph, [...inputs, expected], [kernel, stride], path);
      },
      new Graph(block),
    ),
  );

  it.each(windows)('kernel %i, stride %i: the values are those of rows', async (...window) => {
    const channels = 2 * block;
    const graph = new Graph(block);
    const inputs = shapes(window[0], channels).map((shape, i) => graph.input(`x${i}`, shape));
    const [rows, weight, gamma, beta] = inputs;
    const [kernel, stride] = window;
    const plain = convNorm({ ...place, rows }, { weight, gamma, beta }, { kernel, stride });
    graph.output('rows', plain.feature.rows.silu());
    graph.output('blocks', layer(graph, inputs, window));
    const feeds = inputs.map(({ name, shape }, k) => {
      const data = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i * (k + 1.7)));
      return [name, { data, shape }] as const;
    });
    const values = await run(graph, Object.fromEntries(feeds));
    expect(values.blocks.length).toBe(values.rows.length);
    const error = values.rows.reduce((worst, v, i) => Math.max(worst, Math.abs(v - values.blocks[i])), 0);
    expect(error).toBeLessThan(2e-5);
  });

  it('a map goes to blocks and back as it was, and so does its derivative', async () => {
    const graph = new Graph(block);
    const rows = graph.input('x', [48, 2 * block]);
    graph.output('y', reshape(toFeature(toBlocks({ ...place, rows })).rows, [48 * 2 * block]));
    const data = Float32Array.from({ length: 48 * 2 * block }, (_, i) => i);
    const { y } = await run(graph, { x: { data, shape: [48, 2 * block] } });
    expect(y).toEqual(data);
  });
});
