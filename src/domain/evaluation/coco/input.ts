/** Ground truth as COCOeval sees it. Boxes are x, y, width, height; lengths: boxes 4n, the others n; file order. */
export type CocoGroundTruth = {
  readonly images: number;
  readonly categories: number;
  /** 0..images-1, in ascending order of the files' image ids; `category` alike. */
  readonly image: Int32Array;
  readonly category: Int32Array;
  readonly boxes: Float64Array;
  readonly area: Float64Array;
  /** CROWD and ID_ZERO bits. */
  readonly flags: Uint8Array;
};

/** Detections of the same images and categories, in file order, which decides among equal scores. */
export type CocoDetections = {
  readonly image: Int32Array;
  readonly category: Int32Array;
  readonly boxes: Float64Array;
  readonly scores: Float64Array;
};

export const CROWD = 1;
/** pycocotools takes id 0 for "no match" (cocoapi#332): a detection that matches such a box is a false positive. */
export const ID_ZERO = 2;

type AreaRange = { readonly name: string; readonly low: number; readonly high: number };

/** COCOeval.params for boxes. */
export type CocoParams = {
  /** At most 31, ascending. */
  readonly iouThresholds: Float64Array;
  readonly recallThresholds: Float64Array;
  /** Ascending detections per image and category. */
  readonly maxDetections: readonly number[];
  /** Pixels squared, both ends included; at most 16. */
  readonly areas: readonly AreaRange[];
  /** false judges all categories as one (useCats=0). */
  readonly useCategories: boolean;
};

/** numpy.linspace: start + i x step, the last point set to stop. i/100 would differ in ten of the 101 recalls. */
function linspace(start: number, stop: number, count: number): Float64Array {
  const step = (stop - start) / (count - 1);
  return Float64Array.from({ length: count }, (_, i) => (i === count - 1 ? stop : i * step + start));
}

const EVERY_AREA = 1e10;
const SMALL_AREA = 32 ** 2;
const MEDIUM_AREA = 96 ** 2;

export const COCO_PARAMS: CocoParams = {
  iouThresholds: linspace(0.5, 0.95, 10),
  recallThresholds: linspace(0, 1, 101),
  maxDetections: [1, 10, 100],
  areas: [
    { name: 'all', low: 0, high: EVERY_AREA },
    { name: 'small', low: 0, high: SMALL_AREA },
    { name: 'medium', low: SMALL_AREA, high: MEDIUM_AREA },
    { name: 'large', low: MEDIUM_AREA, high: EVERY_AREA },
  ],
  useCategories: true,
};
