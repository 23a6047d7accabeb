import { evaluateCocoColumns } from '../domain/evaluation/coco/columns';
import type { CocoStats } from '../domain/evaluation/types';
import type { Columns } from './val-set/collect';

/** COCO's 12 numbers of corner boxes in image space; no box is a crowd, areas are those of the boxes. */
export function cocoStats({ truth, detections }: Columns): CocoStats {
  return evaluateCocoColumns(truth, detections);
}
