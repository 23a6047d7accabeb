import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { toError } from '../../base/async';
import { nearestName } from '../../base/suggest';
import { readClassFolders } from '../../dataset/class-folders';
import { loadDatasetYaml } from '../../dataset/load-yaml';
import { countReadable } from '../../dataset/sources';
import type { DatasetYaml } from '../../domain/dataset/parse';
import { publishedCounts, publishedName } from '../../domain/dataset/published';
import { TRAINERS } from '../../domain/experiment/trainers';
import type { TrainerKind } from '../../domain/experiment/types';
import type { DatasetCounts } from '../../domain/schedule/dataset-counts';
import { leadsElsewhere } from '../../run/folder/paths';

/** What a plan depends on. `assumed` says why the images could not be counted; then they are COCO's. */
export type PlanCounts = DatasetCounts & { readonly valImages?: number };

export type CountQuestion = {
  readonly data: string;
  readonly trainer: TrainerKind;
  /** The file that names the set, if it is only viewed: no machine is asked that this file names (windows-server.ts). */
  readonly near?: string;
};

/** COCO's size: the set that most people mean when they name none. */
export const ASSUMED = { images: 118_287, classes: 80 } as const;

/**
 * Images and classes of a dataset by its YAML, or by the folders of a classification set, counted on disk; those of a
 * known set that is not on disk, as published.
 */
export async function countForPlan(
  data: string,
  trainer: TrainerKind,
  near?: string,
  platform: string = process.platform,
): Promise<PlanCounts> {
  const isElsewhere = (file: string): boolean => near !== undefined && leadsElsewhere(file, near, platform);
  if (isElsewhere(data)) return notAsked(data);
  const isFolder = await stat(data).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (isFolder) return countFolders(data);
  const { dataset, draft } = await loadDatasetYaml(data);
  const foreign = placesOf(dataset ?? draft).find(isElsewhere);
  if (foreign !== undefined) return notAsked(foreign);
  return countSplits(data, trainer, (dataset ?? draft)?.names.length || ASSUMED.classes);
}

async function countSplits(data: string, trainer: TrainerKind, classes: number): Promise<PlanCounts> {
  // Without a val split there is still a plan; its images are then not mentioned.
  const count = (split: 'train' | 'val') => countReadable(data, split);
  const [train, val] = await Promise.allSettled([count('train'), count('val')]);
  const valImages = val.status === 'fulfilled' ? { valImages: val.value } : {};
  if (train.status === 'fulfilled') return { images: train.value, classes, ...valImages };
  const published = TRAINERS[trainer].isUltralytics ? publishedOf(data) : undefined;
  if (published !== undefined) return published;
  const assumed = toError(train.reason).message;
  return { images: ASSUMED.images, classes, assumed, ...valImages, ...(await missingOf(data)) };
}

const placesOf = (dataset: DatasetYaml | undefined): readonly string[] =>
  dataset === undefined
    ? []
    : [...(dataset.path === undefined ? [] : [dataset.path]), ...dataset.train, ...dataset.val];

const notAsked = (file: string): PlanCounts => ({
  ...ASSUMED,
  assumed: `${file} is on another machine, which is not asked: a drive letter for it would be`,
});

/** Ultralytics finds these by their name alone, and downloads them. */
function publishedOf(data: string): PlanCounts | undefined {
  const counts = publishedCounts(data);
  const published = publishedName(data);
  return counts && published !== undefined ? { ...counts, published } : undefined;
}

/** Nothing is known of what is not a file: an address, or a name that another program understands. */
async function missingOf(data: string): Promise<Pick<DatasetCounts, 'missing'>> {
  if (/^[a-z]{2,}:\/\//i.test(data) || existsSync(data)) return {};
  const folder = path.dirname(data);
  const there = await readdir(folder).catch((): string[] => []);
  const yamls = there.filter((name) => /(?<!\.train)\.ya?ml$/i.test(name));
  const nearest = nearestName(path.basename(data), yamls) ?? (yamls.length === 1 ? yamls[0] : undefined);
  return { missing: nearest === undefined ? {} : { nearest } };
}

async function countFolders(folder: string): Promise<PlanCounts> {
  const [train, val] = [await readClassFolders(folder, 'train'), await readClassFolders(folder, 'val')];
  if (!train) return { ...ASSUMED, assumed: `${folder}: no images in train/CLASS/` };
  const valImages = val ? { valImages: val.images } : {};
  return { images: train.images, classes: train.names.length, ...valImages };
}
