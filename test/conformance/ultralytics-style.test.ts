import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { evaluateCocoColumns } from '../../src/domain/evaluation/coco/columns';
import type { Detections, GroundTruth } from '../../src/domain/evaluation/types';
import { evaluateUltralytics } from '../../src/domain/evaluation/ultralytics/evaluate';
import { describeWithShared, shared } from '../helpers/shared';

type Annotation = { image_id: number; category_id: number; bbox: number[]; iscrowd?: number; score: number };
type Coco = { images: { id: number }[]; categories: { id: number }[]; annotations: Annotation[] };

const read = (...parts: string[]): unknown => JSON.parse(readFileSync(shared('data/coco', ...parts), 'utf8'));

/** As YOLO labels are: no crowds, corners in single precision. */
function load(gtFile: string, dtFile: string): { groundTruth: GroundTruth; detections: Detections } {
  const gt = read(gtFile) as Coco;
  const dt = read(dtFile) as Annotation[];
  const images = new Map(
    gt.images
      .map(({ id }) => id)
      .sort((a, b) => a - b)
      .map((id, i) => [id, i]),
  );
  const classes = new Map(
    gt.categories
      .map(({ id }) => id)
      .sort((a, b) => a - b)
      .map((id, i) => [id, i]),
  );
  const columns = (all: Annotation[]) => ({
    boxes: Float32Array.from(all.flatMap(({ bbox: [x, y, w, h] }) => [x, y, x + w, y + h])),
    class: Uint16Array.from(all, (a) => classes.get(a.category_id)!),
    image: Uint32Array.from(all, (a) => images.get(a.image_id)!),
  });
  const truth = gt.annotations.filter((a) => !a.iscrowd);
  return {
    groundTruth: { images: images.size, classes: classes.size, ...columns(truth) },
    detections: { ...columns(dt), scores: Float32Array.from(dt, ({ score }) => score) },
  };
}

describeWithShared('Ultralytics-style evaluation', () => {
  const expected = read('ultralytics_style.json') as { values: Record<string, Record<string, number>> };
  const cases = read('expected.json') as Record<string, { gt: string; dt: string }>;

  it.each(Object.entries(expected.values))('%s equals its own ap_per_class', (name, values) => {
    const { gt, dt } = cases[name.split(' ')[0]];
    const { groundTruth, detections } = load(gt, dt);
    const actual = evaluateUltralytics(groundTruth, detections, { matching: 'best-label' });
    // The reference ranked equal scores by an unstable sort: the 100 images of val2014 have many.
    const digits = name.startsWith('val2014') ? 4 : 6;
    expect(actual.map50).toBeCloseTo(values.map50, digits);
    expect(actual.map75).toBeCloseTo(values.map75, digits);
    expect(actual.map).toBeCloseTo(values.map50_95, digits);
    expect(actual.precision).toBeCloseTo(values.P, digits);
    expect(actual.recall).toBeCloseTo(values.R, digits);
  });

  // match_predictions and ap_per_class of Ultralytics 8.4.190 on these files, each image's 300 highest scores.
  it.each([
    ['voc100_yolov8n_int8', 0.610285, 0.81947],
    ['voc100_fastestdet', 0.296429, 0.536919],
    ['voc100_padilla', 0.345258, 0.609311],
  ])('%s by the matching of reports equals the newest version within .00005', (name, map, map50) => {
    const { groundTruth, detections } = load(cases[name].gt, cases[name].dt);
    const actual = evaluateUltralytics(groundTruth, detections);
    expect(Math.abs(actual.map - map)).toBeLessThan(5e-5);
    expect(Math.abs(actual.map50 - map50)).toBeLessThan(5e-5);
  });

  it('the same columns score by COCO as their files do, to single precision', () => {
    const { groundTruth, detections } = load(cases.voc100_yolov8n_int8.gt, cases.voc100_yolov8n_int8.dt);
    const stats = evaluateCocoColumns(groundTruth, detections);
    expect(stats.AP).toBeCloseTo(0.612696174640099, 3);
    expect(stats.AP50).toBeCloseTo(0.8218217631869634, 3);
  });
});
