/** Image counts of a data set that many people name without having it, as its publisher states them. */
export type PublishedCounts = {
  readonly images: number;
  readonly valImages: number;
  readonly classes: number;
};

/**
 * Source: the dataset files that Ultralytics 8.4.190 ships (cfg/datasets/*.yaml), which state the images of each split
 * beside it; the number of classes is that of their `names`. xView is left out: its split is drawn at random.
 */
const PUBLISHED: Readonly<Record<string, readonly [train: number, val: number, classes: number]>> = {
  'african-wildlife': [1052, 225, 4],
  argoverse: [39_384, 15_062, 8],
  'brain-tumor': [893, 223, 2],
  'carparts-seg': [3156, 401, 23],
  coco: [118_287, 5000, 80],
  'coco-pose': [56_599, 2346, 1],
  coco128: [128, 128, 80],
  'coco128-seg': [128, 128, 80],
  'coco12-formats': [6, 6, 80],
  coco8: [4, 4, 80],
  'coco8-grayscale': [4, 4, 80],
  'coco8-multispectral': [4, 4, 80],
  'coco8-pose': [4, 4, 1],
  'coco8-seg': [4, 4, 80],
  'construction-ppe': [1132, 143, 11],
  'crack-seg': [3717, 200, 1],
  dota128: [128, 128, 15],
  dota8: [4, 4, 15],
  dotav1: [1411, 458, 15],
  'dotav1.5': [1411, 458, 16],
  globalwheat2020: [3422, 748, 1],
  'homeobjects-3k': [2285, 404, 12],
  kitti: [5985, 1496, 8],
  lvis: [100_170, 19_809, 1203],
  'medical-pills': [92, 23, 1],
  objects365: [1_742_289, 80_000, 365],
  'open-images-v7': [1_743_042, 41_620, 601],
  'package-seg': [1920, 188, 1],
  signature: [143, 35, 1],
  'sku-110k': [8219, 588, 1],
  tt100k: [6105, 7641, 221],
  'tiger-pose': [210, 53, 1],
  visdrone: [6471, 548, 10],
  voc: [16_551, 4952, 20],
};

export const PUBLISHED_SOURCE = 'Ultralytics 8.4.190';

/** Name of a data set as `data:` names it: coco8.yaml, or a path to a file of that name. */
export function publishedName(data: string): string | undefined {
  const name = data.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/i, '');
  return Object.hasOwn(PUBLISHED, name.toLowerCase()) ? name : undefined;
}

export function publishedCounts(data: string): PublishedCounts | undefined {
  const row = PUBLISHED[publishedName(data)?.toLowerCase() ?? ''];
  return row && { images: row[0], valImages: row[1], classes: row[2] };
}
