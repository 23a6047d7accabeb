import { listSupportedBackends } from 'onnxruntime-node';
import { inEnglish, words } from '../../base/words';
import { isSoftwareGpu } from '../../dataset/machine-room';
import { readVisibleCards } from '../../dataset/nvidia-smi';
import { type Device, deviceName, providersOn } from '../../domain/detection/device';
import { decideHalf } from '../../domain/detection/half';
import { explain } from '../../domain/detection/runtime-errors';
import type { DeviceReport } from '../../protocol/validator';
import { PROBE_DIMS, probeModel } from '../model/probe-model';
import { modelSession } from '../session/model-session';
import { sessionOptions } from '../session/session-options';
import type { SessionThread } from '../session/session-thread';

/** Every provider of this platform, tried with a small convolution. */
export async function probeDevices(thread: SessionThread): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const provider of providersOn(process.platform)) reports.push(await probeDevice(thread, { provider }));
  return reports;
}

export async function probeDevice(thread: SessionThread, device: Device): Promise<DeviceReport> {
  const { provider } = device;
  const software = provider === 'webgpu' && isSoftwareGpu();
  const problem = await problemOf(thread, device, 'float32');
  const base = { provider, device: deviceName(device), available: problem === undefined, software };
  if (problem !== undefined)
    return { ...base, half: false, halfReason: 'the provider is not available', reason: problem };
  const half = await halfOf(thread, device, software);
  return { ...base, half: half.half, halfReason: inEnglish(half.reason), reason: availableReason(software) };
}

function availableReason(software: boolean): string {
  return software ? 'works, on a software GPU: only used if it is named' : 'a small convolution ran on it';
}

async function halfOf(thread: SessionThread, device: Device, software: boolean) {
  const gpu = (await readVisibleCards()).at(device.index ?? 0);
  const decision = decideHalf({ mode: 'auto', provider: device.provider, software, gpu });
  if (!decision.half) return decision;
  const problem = await problemOf(thread, device, 'float16');
  return problem === undefined
    ? decision
    : { half: false, reason: words('a trial run in FP16 failed: {0}', problem) };
}

/** Why a device cannot run a convolution of that type; undefined if it can. */
async function problemOf(
  thread: SessionThread,
  device: Device,
  type: 'float32' | 'float16',
): Promise<string | undefined> {
  const known: readonly { name: string }[] = listSupportedBackends();
  if (!known.some(({ name }) => name === device.provider))
    return `this build of onnxruntime has no ${device.provider} provider`;
  try {
    await runProbe(thread, device, type);
    return undefined;
  } catch (error) {
    return inEnglish(explain(error));
  }
}

async function runProbe(thread: SessionThread, device: Device, type: 'float32' | 'float16'): Promise<void> {
  const { session, loaded } = await thread.load(probeModel(type), sessionOptions(device));
  const model = modelSession(thread, session, loaded);
  try {
    const length = PROBE_DIMS.reduce((a, b) => a * b, 1);
    const data = type === 'float32' ? new Float32Array(length) : new Uint16Array(length);
    await model.run({ data }, PROBE_DIMS);
  } finally {
    await model.release();
  }
}
