/** COCO's category ids of the 80 classes that detectors number from 0: 1 to 90 without the ten that COCO dropped. */
const DROPPED = new Set([12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);

export const COCO_CATEGORY_IDS: readonly number[] = Array.from({ length: 90 }, (_, i) => i + 1).filter(
  (id) => !DROPPED.has(id),
);
