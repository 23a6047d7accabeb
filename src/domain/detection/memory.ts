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

export type FittedBatch<T> = {
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
