import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { env } from 'onnxruntime-node';
import { BadInputError } from '../../base/bad-input';
import { inEnglish, quoted, type Words, words } from '../../base/words';
import { isSoftwareGpu } from '../../dataset/machine-room';
import { type Device, deviceName, parseDevice } from '../../domain/detection/device';
import { openModel, runBlank } from '../model/open-model';
import type { SessionThread } from '../session/session-thread';
import { type DeviceChoice, readChoice, writeChoice } from './cache-file';
import { probeDevices } from './probe';

export type ChosenDevice = {
  readonly device: Device;
  readonly software: boolean;
  readonly reason: Words;
};

export type DeviceQuestion = { readonly device: string; readonly model: string; readonly imgsz?: number };

const TIMED_RUNS = 3;
/** Images a timed batch: one alone says little about a GPU. */
const TIMED_BATCH = 8;
const CPU: Device = { provider: 'cpu' };

/** The device that was requested, or for `auto` the fastest that this machine has for this model. */
export async function chooseDevice(thread: SessionThread, question: DeviceQuestion): Promise<ChosenDevice> {
  if (question.device === 'auto') return chooseAuto(thread, question);
  const device = parseDevice(question.device);
  if ('template' in device) throw new BadInputError(device);
  return { device, software: isSoftware(device), reason: words('asked for') };
}

function isSoftware({ provider }: Device): boolean {
  return provider === 'webgpu' && isSoftwareGpu();
}

async function chooseAuto(thread: SessionThread, question: DeviceQuestion): Promise<ChosenDevice> {
  // Without hardware nothing needs to be tried: this is the common case of a laptop and of continuous integration.
  if (isSoftwareGpu()) return { device: CPU, software: false, reason: words('this machine has no GPU') };
  const key = await cacheKey(question);
  const known = await readChoice(key);
  const device = known && parseDevice(known.device);
  if (device && 'provider' in device)
    return { device, software: false, reason: known.said ?? quoted(known.reason) };
  return timeDevices(thread, question, key);
}

async function timeDevices(
  thread: SessionThread,
  question: DeviceQuestion,
  key: string,
): Promise<ChosenDevice> {
  const reports = await probeDevices(thread);
  const usable = reports.filter(({ available, software }) => available && !software);
  const timed: { device: Device; ms: number }[] = [];
  for (const { device: name } of usable) {
    const device = parseDevice(name);
    const ms = 'provider' in device ? await timeModel(thread, question, device) : undefined;
    if (ms !== undefined && 'provider' in device) timed.push({ device, ms });
  }
  const [best = { device: CPU, ms: 0 }, ...others] = timed.sort((a, b) => a.ms - b.ms);
  const reason = reasonOf(best.ms, others);
  const choice: DeviceChoice = { device: deviceName(best.device), reason: inEnglish(reason), said: reason };
  await writeChoice(key, choice);
  return { device: best.device, software: false, reason };
}

function reasonOf(ms: number, others: readonly { readonly device: Device; readonly ms: number }[]): Words {
  if (others.length === 0) return words('the only device that runs this model');
  const slower = others.map((o) => `${deviceName(o.device)} ${o.ms.toFixed(1)} ms`).join(', ');
  return words('the fastest in three timed batches: {0} ms against {1}', ms.toFixed(1), slower);
}

/** Median of three batches after one to warm up; undefined if the model does not run there. */
async function timeModel(
  thread: SessionThread,
  { model, imgsz }: DeviceQuestion,
  device: Device,
): Promise<number | undefined> {
  try {
    const { session, input, fixedBatch } = await openModel(thread, { file: model, device, imgsz });
    try {
      const times: number[] = [];
      for (let i = 0; i <= TIMED_RUNS; i++)
        times.push((await runBlank(session, input, fixedBatch ?? TIMED_BATCH)).ms);
      return times.slice(1).sort((a, b) => a - b)[1];
    } finally {
      await session.release();
    }
  } catch (error) {
    // Bad input is reported to the user, whatever the device; anything else only rules the device out.
    if (error instanceof BadInputError && device.provider === 'cpu') throw error;
    return undefined;
  }
}

/** Checkpoints of one run share a key: their sizes differ by a few bytes of metadata. */
async function cacheKey({ model, imgsz }: DeviceQuestion): Promise<string> {
  const bytes = (await stat(model).catch(() => undefined))?.size ?? 0;
  const size = Math.round(Math.log2(Math.max(1, bytes)) * 4);
  const { PITWALL_GPU_RUNTIME: runtime = '', CUDA_VISIBLE_DEVICES: visible = '' } = process.env;
  const onnxruntime = env.versions.node ?? '';
  const parts = [hostname(), process.arch, onnxruntime, runtime, visible, String(imgsz), String(size)];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 24);
}
