import { toError } from '../../base/async';
import { WordedError } from '../../base/worded-error';
import { quoted, type Words, words } from '../../base/words';

const KNOWN_FAULTS: readonly (readonly [RegExp, Words])[] = [
  [
    /No supported adapters|Failed to get a WebGPU adapter/i,
    words('no GPU with a Vulkan, Metal or Direct3D 12 driver'),
  ],
  [
    /CUDA failure 35\b/,
    words('the NVIDIA driver is not there, or too old for this CUDA provider (CUDA error 35)'),
  ],
  [
    /OrtSessionOptionsAppendExecutionProvider_Cuda|onnxruntime_providers_(shared|cuda)|libcu(dart|blas|dnn)/i,
    words(
      'the CUDA provider of onnxruntime, or the CUDA, cuBLAS or cuDNN it needs, is not found by the loader (on Linux, pitwall gpu-runtime install fetches the provider)',
    ),
  ],
  [/out of memory|OOM|DeviceLost|device.{0,20}lost/i, words('the GPU is out of memory, or was lost')],
];

const LONGEST = 240;

/** What an error of onnxruntime means, on one line: its own messages begin with source files and lines. */
export function explain(error: unknown): Words {
  if (error instanceof WordedError) return error.said;
  const { message } = toError(error);
  const meaning = KNOWN_FAULTS.find(([pattern]) => pattern.test(message))?.[1];
  const line = message.trim().split('\n', 1)[0];
  return meaning ?? quoted(line.replace(/^\/?\S*onnxruntime\S*:\d+ /, '').slice(0, LONGEST));
}

// What onnxruntime and its providers say when memory runs out; none has an error code of its own for it.
const SAYINGS: readonly RegExp[] = [
  /failed to allocate memory/i, // CPU arena, BFC arena
  /bad_alloc|bad allocation/i,
  /array buffer allocation failed|invalid (typed )?array length/i, // the input tensor itself
  /out[ _]of[ _](\w+[ _])?memory|outofmemory/i, // CUDA, Vulkan, Dawn, Direct3D
  /cudaErrorMemoryAllocation|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED/,
  /not enough memory/i, // DirectML
  /exceeds the (maximum|max) .*buffer.*size/i, // WebGPU: one tensor larger than the adapter binds
];

export function isOutOfMemory(error: unknown): boolean {
  return SAYINGS.some((saying) => saying.test(textOf(error)));
}

type FittedBatch<T> = {
  readonly batch: number;
  readonly value: T;
  /** What each larger batch failed with. */
  readonly failures: readonly string[];
};

/** Tries `batch` images at once, and half as many each time that memory runs out. Other errors are thrown as they are. */
export async function halveUntilItFits<T>(
  batch: number,
  attempt: (batch: number) => Promise<T>,
): Promise<FittedBatch<T>> {
  try {
    return { batch, value: await attempt(batch), failures: [] };
  } catch (error) {
    if (batch <= 1 || !isOutOfMemory(error)) throw error;
    const fitted = await halveUntilItFits(Math.floor(batch / 2), attempt);
    return { ...fitted, failures: [textOf(error), ...fitted.failures] };
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
