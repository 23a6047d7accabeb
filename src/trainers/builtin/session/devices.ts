import { existsSync, readdirSync } from 'node:fs';
import type { InferenceSession } from 'onnxruntime-node';
import { WordedError } from '../../../base/worded-error';
import { type Device, parseDevice } from '../../../domain/detection/device';

const SOFTWARE_DRIVER = /swiftshader|lavapipe|lvp_icd|llvmpipe/i;

/** Providers that `auto` tries before the CPU, if there is a GPU at all. */
const GPU_CANDIDATES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['cuda', 'webgpu'],
  win32: ['dml', 'webgpu'],
  darwin: ['webgpu'],
};

export function candidates(): readonly string[] {
  return hasGpu() ? (GPU_CANDIDATES[process.platform] ?? []) : [];
}

/**
 * Whether this machine has a GPU that is not a software one. onnxruntime for Node has no query for the adapter, so this
 * checks what a real driver needs: on Linux a device node (/dev/dxg is WSL's).
 */
function hasGpu(): boolean {
  const { VK_ICD_FILENAMES = '', VK_DRIVER_FILES = '' } = process.env;
  if (SOFTWARE_DRIVER.test(VK_ICD_FILENAMES + VK_DRIVER_FILES)) return false;
  if (process.platform !== 'linux') return true;
  const nodes = ['/dev', '/dev/dri'].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  return nodes.some((name) => /^(renderD|nvidia)\d+$/.test(name)) || existsSync('/dev/dxg');
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
