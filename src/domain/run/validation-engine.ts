import { type Words, words } from '../../base/words';
import { TRAINERS } from '../experiment/trainers';
import type { Experiment } from '../experiment/types';

export type ValidationEngine = 'onnx' | 'ultralytics';
export type EngineChoice = { readonly engine: ValidationEngine; readonly said: Words };

/** What the run's Python and the validator can compute on. */
export type EngineFacts = {
  /** torch sees a CUDA device. */
  readonly torchCuda: boolean;
  /** The package that an export to ONNX needs is there. */
  readonly onnxPackage: boolean;
  readonly onnxruntimeCuda: boolean;
};

/** Devices that only onnxruntime has; a file that names one wants Pitwall's validator. */
const ONNX_ONLY = /^(cpu|webgpu|dml(:\d+)?|coreml)$/;

/**
 * Who validates, if the settings alone decide it; undefined if it depends on this machine. Only .pt checkpoints of an
 * Ultralytics run can be validated by Ultralytics.
 */
export function engineBySettings({
  trainer,
  validation,
}: Pick<Experiment, 'trainer' | 'validation'>): EngineChoice | undefined {
  if (!TRAINERS[trainer].isUltralytics)
    return { engine: 'onnx', said: words('trainer: {0} writes ONNX itself', trainer) };
  if (validation.engine !== 'auto') return { engine: validation.engine, said: words('asked for') };
  if (ONNX_ONLY.test(validation.device))
    return { engine: 'onnx', said: words('validation.device: {0}', validation.device) };
  return undefined;
}

/** `auto`: Pitwall's validator, unless only Ultralytics' own reaches the GPU or nothing can be exported. */
export function engineByFacts({ torchCuda, onnxPackage, onnxruntimeCuda }: EngineFacts): EngineChoice {
  if (!onnxPackage)
    return { engine: 'ultralytics', said: words('this Python has no package onnx to export with') };
  if (torchCuda && !onnxruntimeCuda)
    return { engine: 'ultralytics', said: words('torch has CUDA here and onnxruntime does not') };
  const said = torchCuda ? words('onnxruntime has CUDA here') : words('torch has no CUDA here');
  return { engine: 'onnx', said };
}
