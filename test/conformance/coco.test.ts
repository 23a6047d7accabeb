import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluateCocoFiles } from '../../src/coco/evaluate-files';
import type { CocoEvaluation } from '../../src/domain/evaluation/coco/evaluate';
import { COCO_PARAMS, type CocoParams } from '../../src/domain/evaluation/coco/input';
import { averagePrecision, averageRecall } from '../../src/domain/evaluation/coco/summarize';
import { describeWithShared, shared } from '../helpers/shared';

type Reference = {
  stats?: Record<string, number>;
  stats_numpy2?: Record<string, number>;
  shape_TRKAM?: number[];
  sha256_f64le?: Record<string, string>;
  per_category?: Record<string, { AP: number; AP50: number; AR: number }>;
  per_category_AP?: Record<string, number>;
};
// biome-ignore lint/suspicious/noExplicitAny: the reference file's entries differ in shape
type Case = Record<string, any> & { gt: string; dt: string; reference?: Reference };

const coco = (name: string): string => shared('data/coco', name);
const bytes = (file: string): Uint8Array => new Uint8Array(readFileSync(file));
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function evaluate(gt: Uint8Array, dt: Uint8Array, params: CocoParams = COCO_PARAMS): CocoEvaluation {
  const { value, problems } = evaluateCocoFiles(
    { file: 'gt.json', bytes: gt },
    { file: 'dt.json', bytes: dt },
    params,
  );
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return value!;
}

function sha256(values: Float64Array): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

function checkStats(actual: Record<string, number>, expected: Record<string, number>): void {
  for (const [name, value] of Object.entries(expected)) {
    expect(Math.abs(actual[name] - value), `${name} ${actual[name]} for ${value}`).toBeLessThanOrEqual(1e-12);
  }
}

function check(actual: CocoEvaluation, reference: Reference): void {
  if (reference.sha256_f64le) {
    const { precision, recall, scores } = actual;
    const hashes = { precision: sha256(precision), recall: sha256(recall), scores: sha256(scores) };
    expect(hashes).toEqual(reference.sha256_f64le);
  }
  if (reference.shape_TRKAM) expect(actual.shape).toEqual(reference.shape_TRKAM);
  if (reference.stats_numpy2) expect(actual.stats).toEqual(reference.stats_numpy2);
  else if (reference.stats) checkStats(actual.stats, reference.stats);
}

describeWithShared('COCO evaluation equals pycocotools', () => {
  const cases: Record<string, Case> = JSON.parse(readFileSync(coco('expected.json'), 'utf8'));
  const files = (name: string): [Uint8Array, Uint8Array] => [
    bytes(coco(cases[name].gt)),
    bytes(coco(cases[name].dt.replace(/ \(.*/, ''))),
  ];

  for (const [name, { reference }] of Object.entries(cases)) {
    if (reference === undefined) continue;
    it(`${name}: arrays bit for bit, 12 numbers`, () => {
      check(evaluate(...files(name)), reference);
    });
  }

  it('per category', () => {
    const evaluation = evaluate(...files('val2014_100_bbox'));
    const reference = cases.val2014_100_bbox.reference!.per_category!;
    Object.values(reference).forEach(({ AP, AP50, AR }, category) => {
      const actual = {
        AP: averagePrecision(evaluation.planes, COCO_PARAMS, { category }),
        AP50: averagePrecision(evaluation.planes, COCO_PARAMS, { category, iouThreshold: 0.5 }),
        AR: averageRecall(evaluation.planes, COCO_PARAMS, { category }),
      };
      checkStats(actual, { AP, AP50, AR });
    });
  });

  it('ground-truth ids from 0: a match with id 0 is a false positive, as given; numbered from 1 it is not', () => {
    const [gt, dt] = files('padilla_toy12');
    check(evaluate(gt, dt), cases.padilla_toy12.reference_ids_as_given);
    const value = JSON.parse(new TextDecoder().decode(gt));
    for (const annotation of value.annotations) annotation.id++;
    check(evaluate(encode(value), dt), cases.padilla_toy12.reference_ids_plus_1);
  });

  it('ids from 0 are warned of', () => {
    const [gt, dt] = files('hotcoco_zero');
    const { problems } = evaluateCocoFiles({ file: 'gt.json', bytes: gt }, { file: 'dt.json', bytes: dt });
    expect(problems.map(({ message }) => message).join()).toContain('cocoapi#332');
  });

  it('low scores filtered and string image ids made integers', () => {
    const [gt, dt] = files('fce_ignore').map((file) => JSON.parse(new TextDecoder().decode(file)));
    for (const image of gt.images) image.id = Number(image.id);
    for (const annotation of gt.annotations) annotation.image_id = Number(annotation.image_id);
    const kept = dt.filter((d: { score: number }) => d.score >= 0.1);
    check(evaluate(encode(gt), encode(kept)), cases.fce_ignore.reference_after_filter);
  });

  describe('custom parameters', () => {
    it('useCats=0', () => {
      const variant = cases.val2014_100_bbox.variants['useCats=0'];
      check(evaluate(...files('val2014_100_bbox'), { ...COCO_PARAMS, useCategories: false }), variant);
      const edge = cases.detectron2_inline.edge_reference['useCats=0'];
      check(evaluate(...files('detectron2_inline'), { ...COCO_PARAMS, useCategories: false }), edge);
    });

    it('maxDets=[1,10,1000]: AP is -1, a quirk kept (cocoapi#558)', () => {
      const variants = cases.val2014_100_bbox.variants;
      const params = { ...COCO_PARAMS, maxDetections: [1, 10, 1000] };
      const name = Object.keys(variants).find((key) => key.startsWith('maxDets'))!;
      check(evaluate(...files('val2014_100_bbox'), params), variants[name]);
    });

    it('area ranges', () => {
      const custom = cases.val2014_100_bbox.custom_ranges;
      const areas = custom.areaRng.map(([low, high]: number[], i: number) => ({
        name: custom.labels[i],
        low,
        high,
      }));
      const params = { ...COCO_PARAMS, areas };
      const evaluation = evaluate(...files('val2014_100_bbox'), params);
      const actual: Record<string, number> = {};
      for (const area of custom.labels) {
        actual[`AP_${area}`] = averagePrecision(evaluation.planes, params, { area });
        actual[`AR_${area}`] = averageRecall(evaluation.planes, params, { area });
      }
      checkStats(actual, custom.reference);
    });
  });

  it('no ground truth, no detections', () => {
    const [gt, dt] = files('detectron2_inline');
    const truth = JSON.parse(new TextDecoder().decode(gt));
    check(
      evaluate(encode({ ...truth, annotations: [] }), dt),
      cases.detectron2_inline.edge_reference.empty_gt,
    );
    check(evaluate(gt, encode([])), cases.detectron2_inline.edge_reference.empty_dt);
  });
});
