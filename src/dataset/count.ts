import { problemWords } from '../base/problem';
import { WordedError } from '../base/worded-error';
import { words } from '../base/words';
import { takeFraction } from '../domain/dataset/fraction';
import type { SplitName } from '../domain/dataset/parse';
import { loadDatasetYaml } from './load-yaml';
import { listSplit } from './sources';

/** Images of a split, without reading labels or images. Throws one clear line if there is none. */
export async function countImages(yaml: string, split: SplitName, fraction = 1): Promise<number> {
  const { dataset, problems } = await loadDatasetYaml(yaml);
  const error = problems.find((problem) => problem.severity === 'error');
  if (!dataset) throw new WordedError(error ? problemWords(error) : words('{0}: is not a dataset', yaml));
  const listed = await listSplit(dataset, yaml, split);
  if (listed.problems.length > 0) throw new WordedError(problemWords(listed.problems[0]));
  return takeFraction(listed.files, fraction).length;
}

/** The same in spite of errors elsewhere in the YAML (no val, nc that is not the number of names): enough for a plan. */
export async function countReadable(yaml: string, split: SplitName): Promise<number> {
  const { dataset, draft } = await loadDatasetYaml(yaml);
  if (dataset || !draft || draft[split].length === 0) return countImages(yaml, split);
  const listed = await listSplit(draft, yaml, split);
  if (listed.problems.length > 0) throw new WordedError(problemWords(listed.problems[0]));
  return listed.files.length;
}
