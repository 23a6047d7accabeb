import { wordsOf } from '../base/worded-error';
import { type Words, words } from '../base/words';
import { hasNamedFolders } from '../dataset/class-folders';
import type { Experiment } from '../domain/experiment/types';
import { JUDGED_BY_ULTRALYTICS } from '../domain/run/task';
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
    const said = words("the run's Python could not be examined: {0}", wordsOf(error));
    return { engine: 'onnx', said };
  }
}

export type JudgeQuestion = {
  /** Of the model, if the trainer reported it. */
  readonly task: string | undefined;
  /** Only the trainer's own library can judge it, whatever its task. */
  readonly ownJudge?: boolean | undefined;
  readonly data: string;
};

/** Why Pitwall's validator cannot judge a model, whatever the settings say; undefined if it can. */
export async function whyNotPitwall({ task, ownJudge, data }: JudgeQuestion): Promise<Words | undefined> {
  if (ownJudge)
    return words("Pitwall's own validator judges YOLO's boxes, not a detector with a head of its own");
  if (task !== undefined && JUDGED_BY_ULTRALYTICS.has(task))
    return words("Pitwall's own validator judges boxes and classes, not the task {0}", task);
  if (task !== 'classify' || (await hasNamedFolders(data))) return undefined;
  return words('{0} is not a folder of this machine whose subfolders are the names of classes', data);
}

async function hasCuda(validator: ValidatorProcess): Promise<boolean> {
  const devices = await validator.devices();
  return devices.some(({ provider, available }) => provider === 'cuda' && available);
}
