import { toError } from '../../base/async';
import { WordedError, wordsOf } from '../../base/worded-error';
import { type Words, words } from '../../base/words';
import { readVisibleCards } from '../../dataset/nvidia-smi';
import { deviceName } from '../../domain/detection/device';
import { decideHalf } from '../../domain/detection/half';
import { convertToHalf } from '../../onnx/half-model';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import { type ChosenDevice, chooseDevice } from '../devices/choose';
import type { SessionThread } from '../session/session-thread';
import { type OpenModel, openModel, runBlank } from './open-model';

export type ModelRequest = {
  readonly file: string;
  readonly device: string;
  readonly half: 'auto' | 'on' | 'off';
  readonly imgsz?: number;
  readonly classes?: number;
};

/** A model on its device, in its precision, with what was decided and why. */
export type PlacedModel = OpenModel & {
  readonly device: string;
  readonly gpu: boolean;
  readonly half: boolean;
  /** Why this device, and why FP16 or not. */
  readonly why: Words;
  /** Lines to report. */
  readonly notes: readonly Words[];
};

/** Opens a model on its device, in FP16 if that was requested, is sound there, and passes a trial run. */
export async function openOnDevice(thread: SessionThread, request: ModelRequest): Promise<PlacedModel> {
  const { file, imgsz, classes } = request;
  const chosen = await chooseDevice(thread, { device: request.device, model: file, imgsz });
  const options = { file, imgsz, classes, device: chosen.device };
  const half = await tryHalf(thread, request, chosen, options);
  const model = half.model ?? (await openModel(thread, options));
  return {
    ...model,
    device: deviceName(chosen.device),
    gpu: chosen.device.provider !== 'cpu',
    half: half.model !== undefined || model.session.inputType === 'float16',
    why: words('{0}; {1}: {2}', chosen.reason, half.model ? 'FP16' : 'FP32', half.reason),
    notes:
      half.model === undefined && request.half === 'on' ? [words('FP16 is not used: {0}', half.reason)] : [],
  };
}

type HalfResult = { readonly model?: OpenModel; readonly reason: Words };

async function tryHalf(
  thread: SessionThread,
  { half: mode, file }: ModelRequest,
  { device, software }: ChosenDevice,
  options: Parameters<typeof openModel>[1],
): Promise<HalfResult> {
  const gpu = device.provider === 'cpu' ? undefined : (await readVisibleCards()).at(device.index ?? 0);
  const decision = decideHalf({ mode, provider: device.provider, software, gpu });
  if (!decision.half) return { reason: decision.reason };
  const converted = convertToHalf(await readBytes(file, { most: MOST_BYTES.model, links: 'follow' }));
  if (converted.kind === 'kept') return { reason: converted.reason };
  const trial = await trialRun(thread, { ...options, bytes: converted.model });
  return trial instanceof Error
    ? { reason: words('a trial run failed: {0}', wordsOf(trial)) }
    : { model: trial, reason: decision.reason };
}

/** A missing FP16 fails at the first run, not when the session is made; some cards give NaN instead. */
async function trialRun(
  thread: SessionThread,
  options: Parameters<typeof openModel>[1],
): Promise<OpenModel | Error> {
  try {
    const model = await openModel(thread, options);
    const { data } = await runBlank(model.session, model.input, model.fixedBatch ?? 1);
    if (data.every(Number.isFinite)) return model;
    await model.session.release();
    return new WordedError(words('the output is not finite'));
  } catch (error) {
    return toError(error);
  }
}
