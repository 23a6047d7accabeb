import type { InferenceSession } from 'onnxruntime-node';

// The native session blocks its thread, so it has one of its own: decoding, NMS and the channel go on meanwhile.

export type InputType = 'float32' | 'float16' | 'uint8';
export type InputData = Float32Array | Uint16Array | Uint8Array;

export type LoadModelRequest = {
  readonly session: number;
  /** ONNX file, or its bytes. */
  readonly model: string | Uint8Array;
  readonly options: InferenceSession.SessionOptions;
};
export type RunRequest = {
  readonly session: number;
  readonly type: InputType;
  readonly dims: readonly number[];
  /** Absent: what was kept under that name. */
  readonly data?: InputData;
  /** The input stays in the thread under this name: to send a val set there and back for each checkpoint sets off V8's collector. */
  readonly keptAs?: KeptName;
};
/** `set`: of which it is a part, and with which it is forgotten. */
export type KeptName = { readonly set: number; readonly batch: number };
export type ForgetRequest = { readonly set: number };
export type ReleaseRequest = { readonly session: number };

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
  /** The input's memory, given back for the next batch; absent if it is kept. */
  readonly input?: InputData;
};
