import { toError } from '../../base/async';
import { countImages } from '../../dataset/count';
import { loadDatasetYaml } from '../../dataset/load-yaml';
import type { Experiment } from '../../domain/experiment/types';
import type { DatasetCounts } from '../../domain/schedule/counts';
import { type CliIo, printLine } from '../io';

/** COCO's size: the set that most people mean when they name none. */
const ASSUMED_IMAGES = 118_287;
const ASSUMED_CLASSES = 80;

/** Images and classes of the training split: as told, as counted on disk, or assumed with a warning. */
export async function countDataset(
  io: CliIo,
  experiment: Experiment,
  images: number | undefined,
): Promise<DatasetCounts> {
  const classes = (await loadDatasetYaml(experiment.data)).dataset?.names.length ?? ASSUMED_CLASSES;
  if (images !== undefined) return { images, classes };
  try {
    return { images: await countImages(experiment.data, 'train'), classes };
  } catch (error) {
    const assumed = ASSUMED_IMAGES.toLocaleString('en-US');
    printLine(
      io.stderr,
      `warning: ${toError(error).message}; ${assumed} images (COCO) are assumed, --images N says better`,
    );
    return { images: ASSUMED_IMAGES, classes };
  }
}
