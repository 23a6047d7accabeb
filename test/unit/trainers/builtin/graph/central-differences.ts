import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { createRandom } from '../../../../../src/base/random';
import { encodeModel } from '../../../../../src/onnx/encode';
import { gradients } from '../../../../../src/trainers/builtin/graph/gradients';
import { Graph } from '../../../../../src/trainers/builtin/graph/graph';
import type { Tensor } from '../../../../../src/trainers/builtin/graph/tensor';
import { sizeOf } from '../../../../../src/trainers/builtin/graph/tensor';

export type Operand = { readonly shape: readonly number[]; readonly low?: number; readonly high?: number };

/** Steps of 1/64 are exact in float32; values are near 1, so rounding is about 1e-5 of a difference quotient. */
const STEP = 1 / 64;
const TOLERANCE = 4e-3;

/** Runs a graph on the CPU: name -> values. */
export async function run(
  graph: Graph,
  feeds: Readonly<Record<string, { data: Float32Array; shape: readonly number[] }>>,
): Promise<Record<string, Float32Array>> {
  const session = await ort.InferenceSession.create(encodeModel(graph.toModel('test'), '0'), {
    intraOpNumThreads: 1,
  });
  try {
    return await runSession(session, feeds);
  } finally {
    await session.release();
  }
}

async function runSession(
  session: ort.InferenceSession,
  feeds: Readonly<Record<string, { data: Float32Array; shape: readonly number[] }>>,
): Promise<Record<string, Float32Array>> {
  const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [
    name,
    new ort.Tensor('float32', data, shape),
  ]);
  const results = await session.run(Object.fromEntries(tensors));
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => [name, Float32Array.from(value.data as Float32Array)]),
  );
}

/**
 * Builds sum(weights * f(operands)) with fixed random weights, and compares every derivative with the central
 * difference, relative to the largest derivative of the operand.
 */
export async function checkDerivative(
  operands: readonly Operand[],
  f: (graph: Graph, inputs: readonly Tensor[]) => Tensor,
  graph = new Graph(),
): Promise<void> {
  const random = createRandom(7);
  const inputs = operands.map(({ shape }, i) => graph.input(`x${i}`, shape));
  const y = f(graph, inputs);
  const weights = Float32Array.from({ length: sizeOf(y.shape) }, () => random.between(-1, 1));
  const loss = y.mul(graph.constant('weights', y.shape, () => weights)).sum();
  for (const [i, gradient] of gradients(graph, loss, inputs).entries()) graph.output(`d${i}`, gradient);
  graph.output('y', y);
  const feeds = Object.fromEntries(
    operands.map(({ shape, low = -1, high = 1 }, i) => {
      const data = Float32Array.from({ length: sizeOf(shape) }, () => random.between(low, high));
      return [`x${i}`, { data, shape }];
    }),
  );
  const session = await ort.InferenceSession.create(encodeModel(graph.toModel('test'), '0'), {
    intraOpNumThreads: 1,
  });
  const value = async (): Promise<number> => {
    const { y: values } = await runSession(session, feeds);
    return values.reduce((total, v, i) => total + v * weights[i], 0);
  };
  const exact = await runSession(session, feeds);
  for (const [i] of operands.entries()) {
    const { data } = feeds[`x${i}`];
    const numeric = new Float32Array(data.length);
    for (const [k, at] of data.entries()) {
      data[k] = at + STEP;
      const above = await value();
      data[k] = at - STEP;
      const below = await value();
      data[k] = at;
      numeric[k] = (above - below) / (2 * STEP);
    }
    const largest = numeric.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-2);
    const error = numeric.reduce((a, b, k) => Math.max(a, Math.abs(b - exact[`d${i}`][k])), 0) / largest;
    expect(
      error,
      `derivative by operand ${i}: ${exact[`d${i}`].slice(0, 6)} against ${numeric.slice(0, 6)}`,
    ).toBeLessThan(TOLERANCE);
  }
  await session.release();
}
