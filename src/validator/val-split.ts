import { BadInputError } from '../base/bad-input';
import { problemWords } from '../base/problem';
import { words } from '../base/words';
import { type DatasetImage, type DatasetSplit, type KnownImages, loadSplit } from '../dataset/split';
import type { ValidateParams } from '../protocol/validator';

const SPLITS = ['train', 'val', 'test'] as const;

/** The split that is validated. Throws one line if it cannot be used. */
export async function readSplit(
  params: Pick<ValidateParams, 'data' | 'split' | 'single_cls' | 'fraction' | 'classes'>,
  known?: KnownImages,
): Promise<DatasetSplit> {
  const name = SPLITS.find((s) => s === params.split);
  if (!name)
    throw new BadInputError(words('split "{0}" is not known: expected train, val or test', params.split));
  const { single_cls, classes, fraction } = params;
  // Labels are chosen by their own class before all classes become one.
  const singleCls = single_cls && classes === undefined;
  const loaded = await loadSplit(params.data, name, { singleCls, fraction, ...(known ? { known } : {}) });
  const split = classes === undefined ? loaded : onlyClasses(loaded, classes, single_cls);
  const error = split.problems.find((problem) => problem.severity === 'error');
  if (error) throw new BadInputError(problemWords(error));
  return split;
}

/** Labels of other classes are left out, as Ultralytics' `classes` does; detections are not. */
function onlyClasses(split: DatasetSplit, classes: readonly number[], singleCls: boolean): DatasetSplit {
  const images = split.images.map((image) => withLabels(image, (cls) => classes.includes(cls), singleCls));
  return { ...split, images, names: singleCls ? ['item'] : split.names };
}

function withLabels(image: DatasetImage, keeps: (cls: number) => boolean, singleCls: boolean): DatasetImage {
  const rows = [...image.class.keys()].filter((i) => keeps(image.class[i]));
  return {
    ...image,
    class: Uint16Array.from(rows, (i) => (singleCls ? 0 : image.class[i])),
    boxes: Float32Array.from(rows.flatMap((i) => [...image.boxes.subarray(4 * i, 4 * i + 4)])),
  };
}
