/** The 12 numbers of COCOeval.summarize(); -1 as in pycocotools if there is no ground truth in that range. */
export type CocoStats = {
  readonly AP: number;
  readonly AP50: number;
  readonly AP75: number;
  readonly APs: number;
  readonly APm: number;
  readonly APl: number;
  readonly AR1: number;
  readonly AR10: number;
  readonly AR100: number;
  readonly ARs: number;
  readonly ARm: number;
  readonly ARl: number;
};

/**
 * Ground truth of a val set, flat. Boxes are x1, y1, x2, y2 in pixels of the space they are judged in.
 * Lengths: boxes 4n, the others n; `image` indexes 0..images-1, `class` 0..classes-1.
 */
export type GroundTruth = {
  readonly images: number;
  readonly classes: number;
  readonly boxes: Float32Array;
  readonly class: Uint16Array;
  readonly image: Uint32Array;
};

/** Detections of one checkpoint, flat, per image in descending score order as NMS left them. Same spaces as the ground truth. */
export type Detections = {
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly class: Uint16Array;
  readonly image: Uint32Array;
};

/** Ultralytics' DetMetrics: precision, recall and F1 at the confidence of the best mean F1; classes are those with ground truth. */
export type UltralyticsMetrics = {
  readonly map: number;
  readonly map50: number;
  readonly map75: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly confidence: number;
  readonly perClass: readonly ClassMetrics[];
};

export type ClassMetrics = {
  readonly class: number;
  readonly images: number;
  readonly labels: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly ap50: number;
  readonly ap: number;
};
