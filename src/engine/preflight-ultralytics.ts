import { existsSync, statSync } from 'node:fs';
import type { Problem } from '../base/problem';
import { readClassFolders } from '../dataset/class-folders';
import { countImages } from '../dataset/count';
import { loadDatasetYaml } from '../dataset/load-yaml';
import { loadSplit } from '../dataset/split';
import type { Experiment } from '../domain/experiment/types';
import { JUDGED, taskOf } from '../domain/run/task';

const error = (message: string, key: string): Problem => ({ severity: 'error', key, message });

/**
 * What Ultralytics would only report after seconds in Python, or an epoch of training. A data set that is not on disk
 * may be one that it knows by name. Labels of other tasks than detection are left to Ultralytics, which judges those.
 */
export async function checkUltralytics(experiment: Experiment): Promise<readonly Problem[]> {
  const { data, model, passthrough, validation } = experiment;
  const task = taskOf(model, passthrough.task) ?? 'detect';
  if (!JUDGED.has(task) && validation.enabled)
    return [
      error(
        `checkpoints of the task ${task} cannot be validated beside training: set \`validation: false\`, and Ultralytics validates in its loop`,
        'model',
      ),
    ];
  if (!existsSync(data)) return [];
  if (statSync(data).isDirectory()) return classFolderProblems(data, task);
  return task === 'classify' ? [] : yamlProblems(experiment, task === 'detect');
}

async function classFolderProblems(folder: string, task: string): Promise<Problem[]> {
  if (task !== 'classify')
    return [error(`${folder} is a folder: the task ${task} needs a dataset YAML`, 'data')];
  const [train, val] = [await readClassFolders(folder, 'train'), await readClassFolders(folder, 'val')];
  if (!train || train.images === 0)
    return [error(`${folder}: no images in train/CLASS/, as a classification set has them`, 'data')];
  if (!val || val.images === 0) return [error(`${folder}: no images in val/CLASS/ or test/CLASS/`, 'data')];
  const extra = val.names.filter((name) => !train.names.includes(name));
  return extra.length > 0
    ? [error(`${folder}: val has classes that train does not have: ${extra.slice(0, 3).join(', ')}`, 'data')]
    : [];
}

async function yamlProblems(experiment: Experiment, readsLabels: boolean): Promise<readonly Problem[]> {
  const { data, single_cls: singleCls, validation } = experiment;
  const { problems } = await loadDatasetYaml(data);
  if (problems.some(({ severity }) => severity === 'error')) return problems;
  try {
    await countImages(data, 'train');
    if (!validation.enabled || !readsLabels) await countImages(data, 'val');
  } catch (cause) {
    return [{ severity: 'error', message: cause instanceof Error ? cause.message : String(cause) }];
  }
  if (!validation.enabled || !readsLabels) return [];
  const { problems: found } = await loadSplit(data, 'val', { singleCls });
  return found.filter(({ severity }) => severity === 'error');
}
