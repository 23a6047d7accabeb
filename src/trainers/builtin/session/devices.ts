import type { InferenceSession } from 'onnxruntime-node';

type Provider = InferenceSession.ExecutionProviderConfig;

/** The execution providers for a device name: cpu, webgpu, cuda, cuda:N, dml, dml:N, coreml; `auto` is cpu. */
export function providersFor(device: string): Provider[] {
  const [name, index] = device.split(':');
  const deviceId = index === undefined ? 0 : Number(index);
  if (name === 'auto' || name === 'cpu') return ['cpu'];
  if (name === 'webgpu' || name === 'coreml') return [name];
  if (name === 'cuda' || name === 'dml') return [{ name, deviceId }];
  throw new Error(`device: "${device}" is none of auto, cpu, webgpu, cuda, cuda:N, dml, dml:N, coreml`);
}

/** Whether the training state can stay in the device's own memory between steps. */
export const keepsStateOnDevice = (device: string): boolean => device.startsWith('webgpu');
