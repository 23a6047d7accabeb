import * as ort from 'onnxruntime-node';
import { toError } from '../../../base/async';
import { WordedError } from '../../../base/worded-error';
import { words } from '../../../base/words';
import { type Device, deviceName } from '../../../domain/detection/device';
import { explain } from '../../../domain/detection/runtime-errors';
import { keepsState, providerOf } from './devices';

export type RuntimeOptions = {
  readonly device: Device;
  readonly threads?: number;
  /** Outputs that stay in the device's memory if it can keep them. */
  readonly kept?: readonly string[];
};

/** Opens a model. Throws one line that names the device. */
export async function openModel(model: Uint8Array, options: RuntimeOptions): Promise<ort.InferenceSession> {
  const { device, threads, kept = [] } = options;
  const locations = Object.fromEntries(kept.map((name) => [name, 'gpu-buffer' as const]));
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: [providerOf(device)],
      // Shape operators of a GPU graph run on the CPU by design; the runtime warns of it each time.
      logSeverityLevel: 3,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(keepsState(device) ? { preferredOutputLocation: locations } : {}),
    });
  } catch (reason) {
    const cause = toError(reason);
    const said = words('device {0} cannot train here: {1}', deviceName(device), explain(cause));
    throw new WordedError(said, { cause });
  }
}

export const floats = (data: Float32Array, dims: readonly number[]): ort.Tensor =>
  new ort.Tensor('float32', data, dims);

export const bytes = (data: Uint8Array, dims: readonly number[]): ort.Tensor =>
  new ort.Tensor('uint8', data, dims);
