import type { Detections, GroundTruth } from '../evaluation/types';
import type { MatchingRule } from '../evaluation/ultralytics/match';
import type { GroupedBy } from './grouping';

/**
 * What one checkpoint detected on one val set, and how; a .det file holds it. Boxes are in pixels of the original
 * images.
 */
export type DetectionRecord = {
  readonly header: DetectionFacts;
  readonly detections: Detections;
  readonly truth: GroundTruth;
};

export type DetectionFacts = {
  /** Of the content of the val set; see val-set.ts. */
  readonly fingerprint: string;
  readonly classes: readonly string[];
  readonly rule: DetectionRule;
  readonly images: number;
  readonly files: readonly string[];
  /** Width and height of each image. */
  readonly sizes: readonly number[];
  /**
   * A digest of each image with its labels; images are in ascending order of them. Absent in records of an earlier
   * Pitwall.
   */
  readonly digests?: readonly string[] | undefined;
  /** The group of each image, of images that show the same scene; absent in records of an earlier Pitwall. */
  readonly groups?: readonly number[] | undefined;
  readonly groupedBy?: GroupedBy | undefined;
};

export type DetectionRule = {
  readonly name: 'ultralytics';
  /** Longer side of the model's input. */
  readonly imgsz: number;
  readonly conf: number;
  readonly iou: number;
  readonly max_det: number;
  readonly single_cls: boolean;
  /** Classes that were requested; absent: all of them. */
  readonly classes?: readonly number[] | undefined;
  /** Absent in files of earlier versions. */
  readonly matching?: MatchingRule | undefined;
  /** Boxes of different classes suppressed each other; absent: they did not. */
  readonly agnostic?: true | undefined;
  readonly split: string;
  readonly exif: 'applied' | 'ignored';
};
