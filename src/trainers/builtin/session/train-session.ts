import type { InferenceSession } from 'onnxruntime-node';
import { toError } from '../../../base/async';
import { WordedError } from '../../../base/worded-error';
import { words } from '../../../base/words';
import { type Device, deviceName } from '../../../domain/detection/device';
import { encodeModel } from '../../../onnx/encode';
import { assign, type Targets } from '../loss/assign';
import { type AnchorGrid, anchorGrid } from '../model/anchors';
import { MAX_STRIDE, STEM_PATCH } from '../model/detector';
import { type ExportMetadata, inferenceModel } from '../model/inference-model';
import { type Layout, layoutOf } from '../model/layout';
import { channelBlock } from './channel-block';
import { candidates, readDevice } from './devices';
import { rateVector, type TrainRates } from './rate-vector';
import { bytes, floats, openModel } from './runtime';
import { StateStore } from './state-store';
import {
  averagedWeights,
  initialVectors,
  joinState,
  nextName,
  type StateVector,
  splitState,
  stateVectors,
  type TrainState,
} from './train-state';
import { LOSSES, RATES, type TrainingGraphOptions, trainingGraph } from './training-graph';

const CPU: Device = { provider: 'cpu' };

export type TrainSessionOptions = TrainingGraphOptions & {
  /** auto | cpu | webgpu | cuda | cuda:N | dml | dml:N | coreml */
  readonly device: string;
  readonly seed: number;
  readonly weight_decay: number;
  /** Decay that the weight average ramps up to; 0 keeps no average. */
  readonly weight_ema: number;
  /** The state to resume or fine-tune from; else weights are drawn from `seed`. */
  readonly state?: TrainState;
  /** Threads of one operator; the runtime's own choice if absent. */
  readonly threads?: number;
};

/** As many images as the session's batch, (B, 3, imgsz, imgsz) RGB, bytes. */
export type SessionBatch = { readonly images: Uint8Array; readonly targets: Targets };

export type StepLosses = {
  readonly total: number;
  readonly box: number;
  readonly cls: number;
  /** Norm of all gradients, before clipping. */
  readonly grad: number;
};

export type TrainSession = {
  /** The device; with `auto`, the one that was chosen. */
  readonly device: string;
  /** Number of parameters. */
  readonly parameters: number;
  /** Names that the model of these options lacks in the given state; empty for a plain resume. */
  readonly missing: readonly string[];
  /** One update; steps must not overlap. */
  step(batch: SessionBatch, rates: TrainRates): Promise<StepLosses>;
  state(): Promise<TrainState>;
  /** The inference model of the averaged weights; see inference-model.ts for its layout. */
  exportOnnx(metadata: ExportMetadata): Promise<Uint8Array>;
  dispose(): Promise<void>;
};

/** Builds the training graph and opens it on a device. Throws an Error with one clear line. */
export async function openTrainSession(options: TrainSessionOptions): Promise<TrainSession> {
  const { imgsz } = options;
  if (!(imgsz > 0) || imgsz % MAX_STRIDE !== 0) {
    throw new WordedError(
      words("imgsz: {0} is not a multiple of the model's largest stride, {1}", imgsz, MAX_STRIDE),
    );
  }
  const layout = layoutOf(options);
  const vectors = stateVectors(layout, options.optimizer);
  const plan = { options, layout, vectors };
  const device = await chooseDevice(options.device, (candidate) => timeSteps({ ...plan, device: candidate }));
  return openOn({ ...plan, device });
}

type SessionPlan = {
  readonly options: TrainSessionOptions;
  readonly layout: Layout;
  readonly vectors: readonly StateVector[];
  readonly device: Device;
};

const TIMED_STEPS = 3;

/** One step on blank images that learns nothing: it measures a step's time, and whether it fits into memory. */
export function blankStep(session: TrainSession, { batch, imgsz }: TrainSessionOptions): Promise<StepLosses> {
  const images = new Uint8Array(batch * 3 * imgsz * imgsz);
  const rates = { lr: { weights: 0, norm: 0, bias: 0 }, momentum: 0 };
  return session.step({ images, targets: { image: [], class: [], boxes: [] } }, rates);
}

/** Milliseconds of one step, after one to warm up. */
async function timeSteps(plan: SessionPlan): Promise<number> {
  const session = await openOn(plan);
  const step = (): Promise<StepLosses> => blankStep(session, plan.options);
  try {
    await step();
    const start = performance.now();
    for (let i = 0; i < TIMED_STEPS; i++) await step();
    return (performance.now() - start) / TIMED_STEPS;
  } finally {
    await session.dispose();
  }
}

/** The training step as an ONNX file, with the convolutions that are fastest on the device. */
async function stepModel({ options, layout, device }: SessionPlan): Promise<Uint8Array> {
  const blocks = device.provider === 'cpu' ? await channelBlock() : 0;
  const graph = trainingGraph({ channelBlock: blocks, ...options }, layout);
  return encodeModel(graph.toModel('pitwall-training-step'), '');
}

async function openOn(plan: SessionPlan): Promise<TrainSession> {
  const { options, layout, vectors, device } = plan;
  const { state, threads } = options;
  const start = initialVectors(layout, vectors, options.seed);
  const { vectors: flat, missing } = state
    ? joinState(layout, vectors, { state, start })
    : { vectors: start, missing: [] };
  const kept = vectors.map(({ name }) => nextName(name));
  const model = await stepModel(plan);
  const session = await openModel(model, { device, kept, ...(threads === undefined ? {} : { threads }) });
  const store = new StateStore(vectors, flat, device);
  const stepper = new Stepper(session, store, options);
  const current = async (): Promise<TrainState> =>
    splitState(layout, vectors, { step: stepper.steps, flat: await store.read() });
  const { weights, norm, bias } = layout.lengths;
  return {
    device: deviceName(device),
    parameters: weights + norm + bias,
    missing,
    step: (batch, rates) => stepper.step(batch, rates),
    state: current,
    exportOnnx: async (metadata) => inferenceModel(options, averagedWeights(await current()), metadata),
    dispose: async () => {
      await store.dispose();
      await session.release();
    },
  };
}

/** Feeds batches to the training graph, one update after another. */
class Stepper {
  readonly #session: InferenceSession;
  readonly #store: StateStore;
  readonly #options: TrainSessionOptions;
  readonly #grid: AnchorGrid;
  readonly #patches: Uint8Array;
  /** Updates made. */
  steps: number;

  constructor(session: InferenceSession, store: StateStore, options: TrainSessionOptions) {
    this.#session = session;
    this.#store = store;
    this.#options = options;
    this.#grid = anchorGrid(options.batch, options.imgsz);
    this.#patches = new Uint8Array(options.batch * 3 * options.imgsz ** 2);
    this.steps = options.state?.step ?? 0;
  }

  async step({ images, targets }: SessionBatch, rates: TrainRates): Promise<StepLosses> {
    const { imgsz, batch } = this.#options;
    if (images.length !== this.#patches.length) {
      throw new Error(`a step takes ${batch} images of 3 x ${imgsz} x ${imgsz}, not ${images.length} values`);
    }
    const { boxes, classes } = assign(this.#grid, imgsz, targets);
    const columns = STEM_PATCH ** 2 * 3;
    const results = await this.#session.run({
      ...this.#store.feeds,
      patches: bytes(packPatches(images, imgsz, this.#patches), [this.#patches.length / columns, columns]),
      boxes: floats(boxes, [4, this.#grid.rows]),
      classes: floats(classes, [1, this.#grid.rows]),
      rates: floats(rateVector(rates, this.steps + 1, this.#options), [RATES.length]),
    });
    this.steps += 1;
    this.#store.advance(results);
    const losses = results.losses.data as Float32Array;
    return Object.fromEntries(LOSSES.map((name, i) => [name, losses[i]])) as StepLosses;
  }
}

/**
 * The requested device. `auto` is the CPU if there is no GPU; else it is whichever makes a step in the least time, and
 * a provider that cannot make one is skipped.
 */
async function chooseDevice(asked: string, timeStep: (device: Device) => Promise<number>): Promise<Device> {
  if (asked !== 'auto') return readDevice(asked);
  const found = candidates().map(readDevice);
  if (found.length === 0) return CPU;
  let best = { device: CPU, ms: await timeStep(CPU) };
  for (const device of found) {
    const ms = await timeStep(device).catch((reason: unknown) => reportUnusable(device, toError(reason)));
    if (ms < best.ms) best = { device, ms };
  }
  return best.device;
}

/** A trainer's stderr goes to the run's stdout.log, which users search for the reason. */
function reportUnusable({ provider }: Device, reason: Error): number {
  console.error(`device auto: ${provider} is skipped: ${reason.message}`);
  return Number.POSITIVE_INFINITY;
}

/**
 * Cuts images (B, 3, H, W) of bytes into STEM_PATCH x STEM_PATCH patches, one a row, in the order channel, y, x: a line
 * of a patch is one 32-bit word, and words are moved as a whole.
 */
export function packPatches(images: Uint8Array, imgsz: number, out: Uint8Array): Uint8Array {
  const from = asWords(images);
  const to = asWords(out);
  const across = imgsz / STEM_PATCH;
  const lines = (images.length / imgsz) | 0;
  const columns = 3 * STEM_PATCH;
  for (let line = 0; line < lines; line++) {
    const [y, plane] = [line % imgsz, Math.floor(line / imgsz)];
    const [channel, image] = [plane % 3, Math.floor(plane / 3)];
    const first = (image * across + Math.floor(y / STEM_PATCH)) * across;
    const column = channel * STEM_PATCH + (y % STEM_PATCH);
    for (let x = 0; x < across; x++) to[(first + x) * columns + column] = from[line * across + x];
  }
  return out;
}

/** Bytes as words; copied if they do not begin at a word. */
function asWords(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % STEM_PATCH === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / STEM_PATCH);
}
