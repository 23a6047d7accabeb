import type { InferenceSession } from 'onnxruntime-node';

// The native session blocks its thread, so it has one of its own: decoding, NMS and the channel go on meanwhile.

export type InputType = 'float32' | 'float16' | 'uint8';
export type InputData = Float32Array | Uint16Array | Uint8Array;

export type LoadModelRequest = {
  readonly kind: 'load';
  readonly session: number;
  /** ONNX file, or its bytes. */
  readonly model: string | Uint8Array;
  readonly options: InferenceSession.SessionOptions;
};
export type RunRequest = {
  readonly kind: 'run';
  readonly session: number;
  readonly type: InputType;
  readonly dims: readonly number[];
  readonly data: InputData;
};
export type ReleaseRequest = { readonly kind: 'release'; readonly session: number };
export type ThreadRequest = LoadModelRequest | RunRequest | ReleaseRequest;

export type Dimension = number | string;
export type TensorShape = {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly Dimension[];
};
export type LoadedModel = {
  readonly inputs: readonly TensorShape[];
  readonly outputs: readonly TensorShape[];
};

export type RunResult = {
  readonly dims: readonly number[];
  readonly type: string;
  readonly data: ArrayBufferView<ArrayBuffer>;
  /** Time inside the session. */
  readonly ms: number;
  /** The input's memory, given back for the next batch. */
  readonly input: InputData;
};

export type ThreadAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };
export type Numbered = { readonly id: number; readonly request: ThreadRequest };
