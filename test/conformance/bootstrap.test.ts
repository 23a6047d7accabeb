// cspell:ignore fakebbox
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseDetectionsFile } from '../../src/coco/detections-file';
import { parseGroundTruthFile } from '../../src/coco/ground-truth-file';
import { weightedEstimate } from '../../src/domain/compare/replicates';
import { scoreCoco } from '../../src/domain/evaluation/coco/scored';
import { COCO_AP } from '../../src/domain/evaluation/scored';
import { describeWithShared, shared } from '../helpers/shared';

type Golden = { replicates: (Record<string, number[]> & { draw: number[] })[] };

const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(shared('data', name)));
const mean = (values: Float64Array): number => {
  const present = values.filter((value) => !Number.isNaN(value));
  return present.reduce((sum, value) => sum + value, 0) / present.length;
};

/** The largest difference of a weighted replicate's AP from pycocotools on physically duplicated images. */
function largestDifference(name: string, gt: string, models: Record<string, string>): number {
  const golden = JSON.parse(new TextDecoder().decode(bytes(`coco/bootstrap/${name}_golden.json`))) as Golden;
  const truth = parseGroundTruthFile(bytes(gt), gt).value!;
  const [a, b] = Object.values(models).map((file) =>
    scoreCoco(truth.groundTruth, parseDetectionsFile(bytes(file), file, truth).value!),
  );
  const [nameA, nameB] = Object.keys(models);
  let largest = 0;
  for (const replicate of golden.replicates) {
    const weights = new Int32Array(truth.groundTruth.images);
    for (const id of replicate.draw) weights[truth.images.find(id)]++;
    const actual = weightedEstimate({ rule: COCO_AP, a, b }, weights);
    largest = Math.max(largest, Math.abs(mean(actual.a) - replicate[nameA][0]));
    largest = Math.max(largest, Math.abs(mean(actual.b) - replicate[nameB][0]));
  }
  return largest;
}

describeWithShared('weighted replicates equal pycocotools on duplicated images', () => {
  it('voc100: exactly', () => {
    const models = {
      fastestdet: 'voc100/predictions_fastestdet.json',
      yolov8n_int8: 'voc100/predictions_yolov8n_int8.json',
    };
    expect(largestDifference('voc100', 'voc100/annotations/val.coco.json', models)).toBeLessThan(1e-12);
  });

  it('val2014_100: but for the order of equal scores within an image, which duplicates interleave', () => {
    const gt = 'coco/MiXaiLL76_faster_coco_eval/instances_val2014_100.json';
    const models = {
      A: 'coco/cocodataset_cocoapi/instances_val2014_fakebbox100_results.json',
      B: 'coco/bootstrap/val2014_100_modelB.json',
    };
    expect(largestDifference('val2014_100', gt, models)).toBeLessThan(2.3e-4);
  });
});
