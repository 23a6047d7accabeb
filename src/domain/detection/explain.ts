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
