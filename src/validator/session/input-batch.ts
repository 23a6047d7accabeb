import { toHalfBits } from '../../domain/detection/half';
import type { Size } from '../../domain/detection/letterbox';
import type { InputData, InputType } from './thread-messages';

/** Turns bytes of images into the elements a model takes, and keeps the memory of batches that came back. */
export class BatchFiller {
  readonly #type: InputType;
  readonly #values: Float32Array | Uint16Array;
  readonly #free: InputData[] = [];

  constructor(type: InputType, divisor: number) {
    this.#type = type;
    const floats = Float32Array.from({ length: 256 }, (_, byte) => byte / divisor);
    this.#values = type === 'float16' ? Uint16Array.from(floats, toHalfBits) : floats;
  }

  /** One flat array (images, 3, height, width). */
  fill(images: readonly Uint8Array[], input: Size): InputData {
    const each = 3 * input.width * input.height;
    const out = this.#take(images.length * each);
    images.forEach((pixels, i) => {
      if (out instanceof Uint8Array) out.set(pixels, i * each);
      else widen(pixels, this.#values, out, i * each);
    });
    return out;
  }

  /** Memory for so many elements. */
  bytesOf(elements: number): number {
    return elements * BYTES[this.#type];
  }

  giveBack(data: InputData): void {
    if (this.#free.length < MOST_FREE) this.#free.push(data);
  }

  #take(length: number): InputData {
    const index = this.#free.findIndex((data) => data.length === length);
    if (index >= 0) return this.#free.splice(index, 1)[0];
    this.#free.length = 0;
    if (this.#type === 'float16') return new Uint16Array(length);
    return this.#type === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  }
}

/** As many as are in use at once. */
const MOST_FREE = 3;
const BYTES: Readonly<Record<InputType, number>> = { float32: 4, float16: 2, uint8: 1 };

function widen(
  bytes: Uint8Array,
  values: Float32Array | Uint16Array,
  out: Float32Array | Uint16Array,
  at: number,
): void {
  for (let i = 0; i < bytes.length; i++) out[at + i] = values[bytes[i]];
}
