import { BadInputError } from '../base/bad-input';
import { formatProblem } from '../base/problem';
import { type DatasetSplit, type KnownImages, loadSplit } from '../dataset/split';
import type { ValidateParams } from '../protocol/validator';

const SPLITS = ['train', 'val', 'test'] as const;

/** The split that is validated. Throws one line where it cannot be used. */
export async function readSplit(
  params: Pick<ValidateParams, 'data' | 'split' | 'single_cls'>,
  known?: KnownImages,
): Promise<DatasetSplit> {
  const name = SPLITS.find((s) => s === params.split);
  if (!name) throw new BadInputError(`split "${params.split}" is not known: expected train, val or test`);
  const split = await loadSplit(params.data, name, {
    singleCls: params.single_cls,
    ...(known ? { known } : {}),
  });
  const error = split.problems.find((problem) => problem.severity === 'error');
  if (error) throw new BadInputError(formatProblem(error));
  return split;
}
