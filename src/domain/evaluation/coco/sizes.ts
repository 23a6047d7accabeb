import type { Detections, GroundTruth } from '../types';
import { toCocoDetections, toCocoGroundTruth } from './columns';
import { cocoPlanes } from './evaluate';
import { COCO_PARAMS, type CocoGroundTruth, type CocoParams } from './input';
import { averagePrecision, averageRecall } from './summarize';

export const SIZES = ['small', 'medium', 'large'] as const;
export type SizeName = (typeof SIZES)[number];

/** COCO's AP and AR (IoU .50:.95, 100 detections an image) of the objects of one size; absent if there are none. */
export type SizeMetrics = { readonly objects: number; readonly ap?: number; readonly ar?: number };
export type SizesOf = Readonly<Record<SizeName, SizeMetrics>>;

export type Sizes = {
  /** The mean over the classes that have objects of the size: COCO's APs, APm ... ARl. */
  readonly all: SizesOf;
  /** Classes with labels. */
  readonly classes: readonly (SizesOf & { readonly class: number })[];
};

const MAX_DETECTIONS = 100;
const PARAMS: CocoParams = { ...COCO_PARAMS, maxDetections: [MAX_DETECTIONS] };

/**
 * By COCO's areas, width x height in pixels of the original image: small up to 32 x 32, medium up to 96 x 96, large above.
 * Both ends are in a range, as COCO has it: an object of exactly 32 x 32 is counted as small and as medium.
 * `images`: width and height of each; detections are kept as the model found them, and COCO judges them clipped to the image.
 */
export function sizesOf(groundTruth: GroundTruth, detections: Detections, images?: readonly number[]): Sizes {
  const truth = toCocoGroundTruth(groundTruth);
  const planes = cocoPlanes(
    truth,
    toCocoDetections(images ? clipped(detections, images) : detections),
    PARAMS,
    PARAMS.areas.map(() => 'precision'),
  );
  const counts = countsOf(truth);
  const metrics = (area: SizeName, objects: number, category?: number): SizeMetrics => {
    if (objects === 0) return { objects };
    const selection = { area, category };
    return {
      objects,
      ap: averagePrecision(planes, PARAMS, selection),
      ar: averageRecall(planes, PARAMS, selection),
    };
  };
  const all = bySize((size) => metrics(size, sum(counts[size])));
  const labelled = [...new Set(groundTruth.class)].sort((a, b) => a - b);
  const classes = labelled.map((c) => ({
    class: c,
    ...bySize((size) => metrics(size, counts[size][c], c)),
  }));
  return { all, classes };
}

function clipped(detections: Detections, images: readonly number[]): Detections {
  const boxes = detections.boxes.map((value, i) =>
    Math.min(Math.max(value, 0), images[2 * detections.image[i >> 2] + (i & 1)]),
  );
  return { ...detections, boxes };
}

function bySize(metrics: (size: SizeName) => SizeMetrics): SizesOf {
  return { small: metrics('small'), medium: metrics('medium'), large: metrics('large') };
}

/** Objects of each class by size. */
function countsOf({ area, category, categories }: CocoGroundTruth): Record<SizeName, Uint32Array> {
  const counts = (size: SizeName): Uint32Array => {
    const { low, high } = PARAMS.areas.find(({ name }) => name === size) ?? { low: 0, high: 0 };
    const found = new Uint32Array(categories);
    for (let i = 0; i < area.length; i++) if (area[i] >= low && area[i] <= high) found[category[i]]++;
    return found;
  };
  return { small: counts('small'), medium: counts('medium'), large: counts('large') };
}

const sum = (values: Uint32Array): number => values.reduce((total, value) => total + value, 0);
