import { gatherBytes, gatherDoubles, gatherInts, identityOrder, sortByKey } from '../order';
import type { CocoDetections, CocoGroundTruth } from './input';

type Input = { readonly groundTruth: CocoGroundTruth; readonly detections: CocoDetections };

/** useCats=0: COCOeval lists boxes category by category before it forgets them, which decides among equal scores. */
export function mergeCategories({ groundTruth, detections }: Input): Input {
  const { categories } = groundTruth;
  const truth = sortByKey(identityOrder(groundTruth.image.length), groundTruth.category, categories);
  const found = sortByKey(identityOrder(detections.image.length), detections.category, categories);
  return {
    groundTruth: {
      images: groundTruth.images,
      categories: 1,
      ...mergedBoxes(groundTruth, truth),
      area: gatherDoubles(groundTruth.area, truth),
      flags: gatherBytes(groundTruth.flags, truth),
    },
    detections: { ...mergedBoxes(detections, found), scores: gatherDoubles(detections.scores, found) },
  };
}

type Boxes = { readonly image: Int32Array; readonly category: Int32Array; readonly boxes: Float64Array };

function mergedBoxes({ image, boxes }: Boxes, order: Uint32Array): Boxes {
  const merged = new Float64Array(4 * order.length);
  for (let i = 0; i < merged.length; i++) merged[i] = boxes[4 * order[i >> 2] + (i & 3)];
  return { image: gatherInts(image, order), category: new Int32Array(order.length), boxes: merged };
}
