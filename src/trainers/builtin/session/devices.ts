import type { InferenceSession } from 'onnxruntime-node';
import { WordedError } from '../../../base/worded-error';
import { isSoftwareGpu } from '../../../dataset/machine-room';
import { type Device, parseDevice } from '../../../domain/detection/device';

/** Providers that `auto` tries before the CPU, if there is a GPU at all. */
const GPU_CANDIDATES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['cuda', 'webgpu'],
  win32: ['dml', 'webgpu'],
  darwin: ['webgpu'],
};

export function candidates(platform = process.platform, isSoftware = isSoftwareGpu()): readonly string[] {
  return isSoftware ? [] : (GPU_CANDIDATES[platform] ?? []);
}

/** Reads a device name other than auto. Throws one line that names what was expected. */
export function readDevice(text: string): Device {
  const device = parseDevice(text);
  if ('template' in device) throw new WordedError(device);
  return device;
}

export function providerOf({ provider, index = 0 }: Device): InferenceSession.ExecutionProviderConfig {
  return provider === 'cuda' || provider === 'dml' ? { name: provider, deviceId: index } : provider;
}

/** Whether the training state can stay in the device's own memory between steps (onnxruntime for Node: WebGPU alone). */
export const keepsState = ({ provider }: Device): boolean => provider === 'webgpu';
