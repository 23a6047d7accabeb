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
