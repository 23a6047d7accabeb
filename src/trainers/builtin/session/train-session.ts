import * as ort from 'onnxruntime-node';
import { toError } from '../../../base/async';
import { assign, type Targets } from '../loss/assign';
import { anchorGrid } from '../model/anchors';
import { MAX_STRIDE } from '../model/detector';
import { type ExportMetadata, inferenceModel } from '../model/inference-model';
import { type Group, layoutOf } from '../model/layout';
import { encodeModel } from '../onnx/onnx-model';
import { ADAM_BETA2 } from '../optimizer/optimizer';
import { keepsStateOnDevice, providersFor } from './devices';
import { type Images, packPatches } from './pack';
import { nextName, type StateVector, stateVectors } from './state-names';
import { averagedWeights, initialVectors, joinState, splitState, type TrainState } from './train-state';
import { LOSSES, PATCH, RATES, type TrainingGraphOptions, trainingGraph } from './training-graph';

export type TrainSessionOptions = TrainingGraphOptions & {
  /** auto | cpu | webgpu | cuda | cuda:N | dml | dml:N | coreml */
  readonly device: string;
  readonly seed: number;
  readonly weight_decay: number;
  /** Decay that the weight average ramps up to; 0 keeps no average. */
  readonly weight_ema: number;
  readonly state?: TrainState;
  /** Threads of one operator; the runtime's own choice when left out. */
  readonly threads?: number;
};

export type TrainBatch = { readonly images: Images; readonly targets: Targets };
export type TrainRates = { readonly lr: Readonly<Record<Group, number>>; readonly momentum: number };
export type StepLosses = {
  readonly total: number;
  readonly box: number;
  readonly cls: number;
  /** Norm of all gradients, before clipping. */
  readonly grad: number;
};

export type TrainSession = {
  /** What the model of these options lacks in the given state, by name; empty for a plain resume. */
  readonly missing: readonly string[];
  readonly parameters: number;
  step(batch: TrainBatch, rates: TrainRates): Promise<StepLosses>;
  state(): Promise<TrainState>;
  /** The inference model of the averaged weights; see inference-model.ts for its layout. */
  exportOnnx(metadata: ExportMetadata): Promise<Uint8Array>;
  dispose(): Promise<void>;
};

/** Ultralytics' ramp of the weight average: decay (1 - exp(-updates / 2000)). */
const EMA_RAMP = 2000;

/** Builds the training graph and opens it on a device. Throws an Error with one clear line. */
export async function openTrainSession(options: TrainSessionOptions): Promise<TrainSession> {
  if (options.imgsz % MAX_STRIDE !== 0 || options.imgsz <= 0) {
    throw new Error(`imgsz: ${options.imgsz} is not a multiple of the model's stride ${MAX_STRIDE}`);
  }
  const layout = layoutOf(options);
  const vectors = stateVectors(layout, options.optimizer);
  const start = initialVectors(layout, vectors, options.seed);
  const joined = options.state ? joinState(layout, vectors, { state: options.state, start }) : undefined;
  const model = encodeModel(trainingGraph(options, layout).toModel('pitwall-training-step'), '1');
  const session = await createSession(model, options, vectors);
  const flat = joined?.vectors ?? start;
  const feeds = new Map(vectors.map(({ name, length }) => [name, tensor(flat.get(name), [length])]));
  const grid = anchorGrid(options.batch, options.imgsz);
  const patches = new Float32Array(options.batch * 3 * options.imgsz ** 2);
  const patchShape = [patches.length / (PATCH * PATCH * 3), PATCH * PATCH * 3];
  let step = options.state?.step ?? 0;

  const runStep = async (batch: TrainBatch, rates: TrainRates): Promise<StepLosses> => {
    step += 1;
    const { boxes, classes } = assign(grid, options.imgsz, batch.targets);
    const results = await session.run({
      ...Object.fromEntries(feeds),
      patches: tensor(packPatches(batch.images, options.imgsz, patches), patchShape),
      boxes: tensor(boxes, [4, grid.rows]),
      classes: tensor(classes, [1, grid.rows]),
      rates: tensor(rateVector(rates, step, options), [RATES.length]),
    });
    for (const { name } of vectors) {
      feeds.get(name)?.dispose();
      feeds.set(name, results[nextName(name)]);
    }
    const losses = results.losses.data as Float32Array;
    return Object.fromEntries(LOSSES.map((name, i) => [name, losses[i]])) as StepLosses;
  };

  const state = async (): Promise<TrainState> => {
    const read = new Map<string, Float32Array>();
    for (const [name, value] of feeds) read.set(name, (await value.getData()) as Float32Array);
    return splitState(layout, vectors, { step, flat: read });
  };

  const exportOnnx = async (metadata: ExportMetadata): Promise<Uint8Array> =>
    inferenceModel(options, averagedWeights(await state()), metadata);

  const dispose = async (): Promise<void> => {
    for (const value of feeds.values()) value.dispose();
    await session.release();
  };

  const parameters = layout.lengths.weights + layout.lengths.norm + layout.lengths.bias;
  return { missing: joined?.missing ?? [], parameters, step: runStep, state, exportOnnx, dispose };
}

async function createSession(
  model: Uint8Array,
  { device, threads }: TrainSessionOptions,
  vectors: readonly StateVector[],
): Promise<ort.InferenceSession> {
  const onDevice = keepsStateOnDevice(device)
    ? {
        preferredOutputLocation: Object.fromEntries(
          vectors.map(({ name }) => [nextName(name), 'gpu-buffer' as const]),
        ),
      }
    : {};
  const executionProviders = providersFor(device);
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders,
      graphOptimizationLevel: 'all',
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...onDevice,
    });
  } catch (reason) {
    const cause = toError(reason);
    throw new Error(`device "${device}" cannot train: ${cause.message.split('\n')[0]}`, { cause });
  }
}

function rateVector(rates: TrainRates, step: number, options: TrainSessionOptions): Float32Array {
  const values: Record<(typeof RATES)[number], number> = {
    'lr.weights': rates.lr.weights,
    'lr.norm': rates.lr.norm,
    'lr.bias': rates.lr.bias,
    momentum: rates.momentum,
    weight_decay: options.weight_decay,
    ema_decay: options.weight_ema * (1 - Math.exp(-step / EMA_RAMP)),
    correction1: 1 - rates.momentum ** step,
    correction2: Math.sqrt(1 - ADAM_BETA2 ** step),
  };
  return Float32Array.from(RATES, (name) => values[name]);
}

const tensor = (data: Float32Array | undefined, dims: readonly number[]): ort.Tensor =>
  new ort.Tensor('float32', data ?? new Float32Array(0), dims);
