import { toError } from '../../base/async';
import { countImages } from '../../dataset/count';
import { loadDatasetYaml } from '../../dataset/load-yaml';
import type { DatasetCounts } from '../../domain/schedule/counts';

/** What a plan rests on. `assumed` says why the images could not be counted; then they are COCO's. */
export type PlanCounts = DatasetCounts & { readonly valImages?: number; readonly assumed?: string };

/** COCO's size: the set that most people mean when they name none. */
export const ASSUMED = { images: 118_287, classes: 80 } as const;

/** Images and classes of a dataset by its YAML, counted on disk. */
export async function countForPlan(data: string): Promise<PlanCounts> {
  const { dataset } = await loadDatasetYaml(data);
  const classes = dataset?.names.length || ASSUMED.classes;
  // The val split may be missing and the plan is still one; then nothing is said about it.
  const [train, val] = await Promise.allSettled([countImages(data, 'train'), countImages(data, 'val')]);
  const valImages = val.status === 'fulfilled' ? { valImages: val.value } : {};
  if (train.status === 'fulfilled') return { images: train.value, classes, ...valImages };
  return { images: ASSUMED.images, classes, assumed: toError(train.reason).message, ...valImages };
}
