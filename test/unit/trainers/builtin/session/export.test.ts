import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/base/random';
import { parseMetadata } from '../../../../../src/domain/detection/metadata';
import { conv, type KernelWindow } from '../../../../../src/trainers/builtin/graph/convolution';
import { Graph } from '../../../../../src/trainers/builtin/graph/graph';
import type { Feature } from '../../../../../src/trainers/builtin/graph/rows';
import { upsample2 } from '../../../../../src/trainers/builtin/graph/rows';
import { concat } from '../../../../../src/trainers/builtin/graph/shape';
import type { Tensor } from '../../../../../src/trainers/builtin/graph/tensor';
import { anchorGrid } from '../../../../../src/trainers/builtin/model/anchors';
import {
  type Blocks,
  detector,
  type ModelSize,
  STEM_PATCH,
} from '../../../../../src/trainers/builtin/model/detector';
import { layoutOf } from '../../../../../src/trainers/builtin/model/layout';
import {
  openTrainSession,
  packPatches,
  type TrainSession,
  type TrainSessionOptions,
} from '../../../../../src/trainers/builtin/session/train-session';
import type { TrainState } from '../../../../../src/trainers/builtin/session/train-state';
import { readMetadata } from '../../../../helpers/onnx-metadata';
import { run } from '../graph/central-differences';

const IMGSZ = 64;
const BATCH = 2;
const CLASSES = 2;
const EPSILON = 1e-5;

/** The training graph's own layers in evaluation mode: running statistics instead of the batch's. */
function evaluationBlocks(graph: Graph, state: TrainState): Blocks<Feature> {
  const constant = (name: string, rows: number, f = (v: number) => v): Tensor => {
    const data = state.tensors[`ema/${name}`];
    const shape = [rows, data.length / rows];
    return graph.constant(`${name} ${f}`, shape, () => data.map(f));
  };
  const convNormAct = (name: string, x: Feature, out: number, window: KernelWindow): Feature => {
    const y = conv(x, constant(`${name}.conv.weight`, out), window);
    const row = (part: string, f?: (v: number) => number) => constant(`${name}.norm.${part}`, 1, f);
    const centred = y.rows.add(row('running_mean', (v) => -v));
    const scale = row('weight').mul(row('running_var', (v) => 1 / Math.sqrt(v + EPSILON)));
    return { ...y, rows: centred.mul(scale).add(row('bias')).silu() };
  };
  return {
    stem: (name, x, out) => convNormAct(name, x, out, { kernel: 1, stride: 1 }),
    convNormAct: (name, x, { out, kernel, stride = 1 }) => convNormAct(name, x, out, { kernel, stride }),
    predict: (name, x, out) => {
      const y = conv(x, constant(`${name}.weight`, out), { kernel: 1, stride: 1 });
      return { ...y, rows: y.rows.add(constant(`${name}.bias`, 1)) };
    },
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

/** Predictions (rows, 4 + classes) of the training graph's layers, decoded here to pixels and scores. */
async function evaluate(size: ModelSize, state: TrainState, images: Float32Array): Promise<Float32Array[]> {
  const graph = new Graph();
  const side = IMGSZ / STEM_PATCH;
  const shape = [BATCH * side * side, 3 * STEM_PATCH ** 2];
  const image = { rows: graph.input('patches', shape), batch: BATCH, height: side, width: side };
  const heads = detector(evaluationBlocks(graph, state), image, { size, classes: CLASSES });
  graph.output(
    'rows',
    concat(
      heads.map((h) => h.rows),
      0,
    ),
  );
  const bytes = Uint8Array.from(images, (v) => Math.round(v * 255));
  const data = Float32Array.from(packPatches(bytes, IMGSZ, new Uint8Array(bytes.length)), (v) => v / 255);
  const { rows } = await run(graph, { patches: { data, shape } });
  const columns = 4 + CLASSES;
  return anchorGrid(BATCH, IMGSZ).levels.flatMap(({ stride, width, height, start }) =>
    Array.from({ length: BATCH * height * width }, (_, i) => {
      const row = rows.slice((start + i) * columns, (start + i + 1) * columns);
      const [x, y] = [i % width, Math.floor(i / width) % height];
      const box = [(x + 0.5 + row[0]) * stride, (y + 0.5 + row[1]) * stride];
      const sizes = [Math.exp(row[2]) * stride, Math.exp(row[3]) * stride];
      return Float32Array.from([...box, ...sizes, ...row.slice(4).map((v) => 1 / (1 + Math.exp(-v)))]);
    }),
  );
}

async function train(size: ModelSize): Promise<TrainSession> {
  const session = await openTrainSession({
    ...{ size, classes: CLASSES, imgsz: IMGSZ, batch: BATCH, optimizer: 'SGD', device: 'cpu', seed: 3 },
    loss: { box: 7.5, cls: 0.5, label_smoothing: 0.1 },
    ...{ clip_grad: 10, weight_decay: 5e-4, weight_ema: 0.5, threads: 1 },
  });
  const images = randomImages().map((v) => v * 255);
  const targets = { image: [0, 1], class: [0, 1], boxes: [0.5, 0.5, 0.3, 0.2, 0.4, 0.6, 0.9, 0.8] };
  const rates = { lr: { weights: 0.05, norm: 0.05, bias: 0.05 }, momentum: 0.9 };
  for (let i = 0; i < 3; i++) await session.step({ images: Uint8Array.from(images), targets }, rates);
  return session;
}

function randomImages(): Float32Array {
  const random = createRandom(11);
  return Float32Array.from(
    { length: BATCH * 3 * IMGSZ * IMGSZ },
    () => Math.floor(256 * random.next()) / 255,
  );
}

async function infer(model: Uint8Array, images: Float32Array, batch: number): Promise<ort.Tensor> {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  const input = new ort.Tensor('float32', images, [batch, 3, IMGSZ, IMGSZ]);
  const { output0 } = await session.run({ images: input });
  await session.release();
  return output0;
}

/** Training rows are ordered map, image, position; the export's anchors are positions within an image. */
function worstError(rows: readonly Float32Array[], values: Float32Array, anchors: number): number {
  const fineRows = BATCH * 64;
  const errors = rows.flatMap((row, r) => {
    const [image, anchor] =
      r < fineRows
        ? [Math.floor(r / 64), r % 64]
        : [Math.floor((r - fineRows) / 16), 64 + ((r - fineRows) % 16)];
    return Array.from(row, (wanted, c) => {
      const actual = values[(image * row.length + c) * anchors + anchor];
      return Math.abs(actual - wanted) / Math.max(1, Math.abs(wanted));
    });
  });
  return Math.max(...errors);
}

/** Bit for bit; a deep comparison of a million numbers takes half a minute. */
function expectSame(actual: TrainState, wanted: TrainState): void {
  expect(actual.step).toBe(wanted.step);
  const different = Object.entries(wanted.tensors).filter(
    ([name, data]) =>
      Buffer.compare(Buffer.from(data.buffer), Buffer.from(actual.tensors[name].buffer)) !== 0,
  );
  expect(different.map(([name]) => name)).toEqual([]);
  expect(Object.keys(actual.tensors)).toEqual(Object.keys(wanted.tensors));
}

describe('the exported model', () => {
  it.each(['nano', 'micro'] as const)(
    '%s predicts what the averaged training graph predicts',
    async (size) => {
      const session = await train(size);
      const state = await session.state();
      const model = await session.exportOnnx({ names: ['a', 'b'] });
      await session.dispose();
      const images = randomImages();
      const output = await infer(model, images, BATCH);
      const anchors = 8 * 8 + 4 * 4;
      expect(output.dims).toEqual([BATCH, 4 + CLASSES, anchors]);
      const rows = await evaluate(size, state, images);
      expect(worstError(rows, output.data as Float32Array, anchors)).toBeLessThan(1e-4);
    },
  );

  it('takes any batch size and tells what it is in the keys of Ultralytics', async () => {
    const session = await train('nano');
    const model = await session.exportOnnx({ names: ["mouse 'bite'", 'pin\\hole'], version: '1.2.3' });
    await session.dispose();
    const output = await infer(model, randomImages().slice(0, 3 * IMGSZ * IMGSZ), 1);
    expect(output.dims[0]).toBe(1);
    const properties = readMetadata(model);
    expect(Object.fromEntries(properties)).toMatchObject({
      author: 'Pitwall',
      version: '1.2.3',
      stride: '16',
      task: 'detect',
      batch: '2',
      imgsz: '[64, 64]',
      channels: '3',
      end2end: 'False',
    });
    expect(parseMetadata(properties)).toMatchObject({
      names: ["mouse 'bite'", 'pin\\hole'],
      imgsz: [64, 64],
      finished: false,
    });
  });
});

describe('a train session', () => {
  it('goes on from its state as if it had not stopped, and ends where another run of the seed ends', async () => {
    const first = await train('nano');
    const second = await train('nano');
    const [a, b] = [await first.state(), await second.state()];
    await second.dispose();
    expectSame(b, a);
    const resumed = await openTrainSession({
      ...{ size: 'nano', classes: CLASSES, imgsz: IMGSZ, batch: BATCH, optimizer: 'SGD', device: 'auto' },
      loss: { box: 7.5, cls: 0.5, label_smoothing: 0.1 },
      ...{ seed: 99, clip_grad: 10, weight_decay: 5e-4, weight_ema: 0.5, threads: 1, state: a },
    });
    const batch = {
      images: new Uint8Array(BATCH * 3 * IMGSZ * IMGSZ),
      targets: { image: [], class: [], boxes: [] },
    };
    const rates = { lr: { weights: 0.05, norm: 0.05, bias: 0.05 }, momentum: 0.9 };
    const losses = [await first.step(batch, rates), await resumed.step(batch, rates)];
    expect(losses[1]).toEqual(losses[0]);
    expectSame(await resumed.state(), await first.state());
    expect(resumed.missing).toEqual([]);
    await first.dispose();
    await resumed.dispose();
  });

  it('names what a state of another class count lacks, and starts the rest from it', async () => {
    const first = await train('nano');
    const state = await first.state();
    await first.dispose();
    const other = await openTrainSession({
      ...{ size: 'nano', classes: 5, imgsz: IMGSZ, batch: BATCH, optimizer: 'SGD', device: 'cpu', seed: 0 },
      loss: { box: 7.5, cls: 0.5, label_smoothing: 0 },
      ...{ clip_grad: 0, weight_decay: 0, weight_ema: 0, threads: 1, state },
    });
    expect(other.missing).toContain('model/head.fine.weight');
    expect(other.missing.every((name) => name.includes('/head.'))).toBe(true);
    const { tensors } = await other.state();
    await other.dispose();
    expect(tensors['model/stem.conv.weight']).toEqual(state.tensors['model/stem.conv.weight']);
  });

  it.each([
    [{ imgsz: 60 }, /imgsz: 60 is not a multiple/],
    [{ device: 'tpu' }, /device "tpu" is not known/],
    [{ device: 'cuda' }, /device cuda cannot train here/],
  ])('refuses %o in one line', async (wrong, message) => {
    const options: TrainSessionOptions = {
      ...{ size: 'nano', classes: 1, imgsz: 64, batch: 1, optimizer: 'SGD', device: 'cpu', seed: 0 },
      loss: { box: 7.5, cls: 0.5, label_smoothing: 0 },
      ...{ clip_grad: 0, weight_decay: 0, weight_ema: 0 },
    } as const;
    const error = await openTrainSession({ ...options, ...wrong }).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('has a parameter layout without gaps', () => {
    const { parameters, lengths } = layoutOf({ size: 'nano', classes: CLASSES });
    const ends = { weights: 0, norm: 0, bias: 0 };
    for (const { group, offset, length } of parameters.values()) {
      expect(offset).toBe(ends[group]);
      ends[group] += length;
    }
    expect({ ...ends, stats: lengths.stats }).toEqual(lengths);
  });
});
