import { toError } from '../base/async';
import { words } from '../base/words';
import type { Experiment } from '../domain/experiment/types';
import { type EngineChoice, engineByFacts, engineBySettings } from '../domain/run/validation-engine';
import type { ValidatorProcess } from '../engine/validator-process';
import type { OnnxModels } from './onnx-models';

export type EngineQuestion = {
  readonly experiment: Pick<Experiment, 'trainer' | 'validation'>;
  readonly models: OnnxModels;
  readonly validator: () => ValidatorProcess;
};

/**
 * Who validates this run's checkpoints. Never fails: if the machine cannot be examined, Pitwall's validator reports
 * what is wrong.
 */
export async function chooseEngine({ experiment, models, validator }: EngineQuestion): Promise<EngineChoice> {
  const settled = engineBySettings(experiment);
  if (settled) return settled;
  try {
    const { cuda, onnx } = await models.python();
    return engineByFacts({
      torchCuda: cuda,
      onnxPackage: onnx,
      onnxruntimeCuda: cuda && onnx && (await hasCuda(validator())),
    });
  } catch (error) {
    const said = words("the run's Python could not be examined: {0}", toError(error).message);
    return { engine: 'onnx', said };
  }
}

async function hasCuda(validator: ValidatorProcess): Promise<boolean> {
  const devices = await validator.devices();
  return devices.some(({ provider, available }) => provider === 'cuda' && available);
}
