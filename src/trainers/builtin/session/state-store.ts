import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Device } from '../../../domain/detection/device';
import { encodeModel } from '../../../onnx/encode';
import { floats, openModel } from './runtime';
import { nextName, type StateVector } from './train-state';

/**
 * The training state between steps: the outputs of one step are the inputs of the next, without a copy of our own. On a
 * GPU it never leaves the device's memory until it is read.
 */
export class StateStore {
  readonly #vectors: readonly StateVector[];
  readonly #device: Device;
  readonly #current: Map<string, Tensor>;
  #reader: InferenceSession | undefined;

  constructor(vectors: readonly StateVector[], flat: ReadonlyMap<string, Float32Array>, device: Device) {
    this.#vectors = vectors;
    this.#device = device;
    this.#current = new Map(
      vectors.map(({ name, length }) => [name, floats(flat.get(name) ?? new Float32Array(length), [length])]),
    );
  }

  get feeds(): Readonly<Record<string, Tensor>> {
    return Object.fromEntries(this.#current);
  }

  /** Takes over the outputs of a step. */
  advance(results: Readonly<Record<string, Tensor>>): void {
    for (const { name } of this.#vectors) {
      this.#current.get(name)?.dispose();
      this.#current.set(name, results[nextName(name)]);
    }
  }

  async read(): Promise<Map<string, Float32Array>> {
    const onDevice = [...this.#current.values()].some(({ location }) => location === 'gpu-buffer');
    const results = onDevice ? await this.#download() : this.feeds;
    // Copies: the runtime may reuse the memory of an output.
    return new Map(
      this.#vectors.map(({ name }) => [name, Float32Array.from(results[name].data as Float32Array)]),
    );
  }

  /**
   * Tensor.getData() of a GPU buffer ends the process in onnxruntime-node 1.30; a model that only copies reads it too.
   */
  async #download(): Promise<Record<string, Tensor>> {
    this.#reader ??= await openModel(copyModel(this.#vectors), { device: this.#device });
    const results = await this.#reader.run(this.feeds);
    return Object.fromEntries(this.#vectors.map(({ name }) => [name, results[nextName(name)]]));
  }

  async dispose(): Promise<void> {
    for (const tensor of this.#current.values()) tensor.dispose();
    this.#current.clear();
    await this.#reader?.release();
  }
}

function copyModel(vectors: readonly StateVector[]): Uint8Array {
  const info = (rename: (name: string) => string) =>
    vectors.map(({ name, length }) => ({ name: rename(name), type: 'float32' as const, dims: [length] }));
  return encodeModel(
    {
      name: 'pitwall-read-state',
      nodes: vectors.map(({ name }) => ({
        op: 'Identity',
        inputs: [name],
        outputs: [nextName(name)],
        attributes: {},
      })),
      inputs: info((name) => name),
      outputs: info(nextName),
      initializers: [],
      metadata: {},
    },
    '',
  );
}
