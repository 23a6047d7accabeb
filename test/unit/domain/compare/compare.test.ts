import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/base/random';
import { inEnglish } from '../../../../src/base/words';
import { compareDetections, concludeComparison, preparePair } from '../../../../src/domain/compare/compare';
import { lackSentence } from '../../../../src/domain/compare/lack';
import { bootstrapPair, pointEstimate, weightedEstimate } from '../../../../src/domain/compare/replicates';
import { evaluateUltralytics } from '../../../../src/domain/evaluation/ultralytics/evaluate';
import { makeScenes, type Scene, toColumns } from '../../../helpers/detection-sets';

const CLASSES = 6;
const RULES = ['ultralytics', 'coco'] as const;
const { groundTruth, a, b } = toColumns(makeScenes(60, CLASSES, 2, 1), CLASSES);

describe.each(RULES)('comparison by the %s rule', (rule) => {
  const compared = compareDetections(groundTruth, a, b, { replicates: 300, rule });

  it('identical detections differ by nothing, surely', () => {
    const same = compareDetections(groundTruth, a, a, { replicates: 100, rule });
    expect(same).toMatchObject({
      map: 0,
      low: 0,
      high: 0,
      probabilityBetter: 0.5,
    });
    expect(same.perClass.map(({ low, high }) => [low, high])).toEqual(
      same.perClass.map(({ images }) => (images < 5 ? [-1, 1] : [0, 0])),
    );
  });

  it('exchanged detections mirror everything', () => {
    const mirrored = compareDetections(groundTruth, b, a, { replicates: 300, rule });
    expect(mirrored.map).toBe(-compared.map);
    expect(mirrored.low).toBeCloseTo(-compared.high, 12);
    expect(mirrored.high).toBeCloseTo(-compared.low, 12);
    expect(mirrored.probabilityBetter).toBeCloseTo(1 - compared.probabilityBetter, 12);
  });

  it('the worse boxes are seen to be worse, in total and per class', () => {
    expect(compared.high).toBeLessThan(0);
    expect(compared.low).toBeLessThan(compared.map);
    expect(compared.probabilityBetter).toBeLessThan(0.025);
    const means = compared.perClass.map(({ difference }) => difference);
    expect(means.reduce((sum, value) => sum + value, 0) / means.length).toBeCloseTo(compared.map, 12);
  });

  it('the same seed gives the same limits, ranges done apart too; another seed gives others', () => {
    const pair = preparePair(groundTruth, a, b, rule);
    const parts = [
      bootstrapPair(pair, { seed: 0, from: 0, to: 120 }),
      bootstrapPair(pair, { seed: 0, from: 120, to: 300 }),
    ];
    expect(concludeComparison(pair, parts, 0)).toEqual(compared);
    expect(compareDetections(groundTruth, a, b, { replicates: 300, rule, seed: 1 }).low).not.toBe(
      compared.low,
    );
  });

  it('an image that counts k times equals k copies of it', () => {
    const random = createRandom(5);
    const scenes = makeScenes(12, CLASSES, 2, 9);
    const set = toColumns(scenes, CLASSES);
    const pair = preparePair(set.groundTruth, set.a, set.b, rule);
    for (let i = 0; i < 20; i++) {
      const weights = Int32Array.from(scenes, () => random.below(4));
      const copies = toColumns(
        scenes.flatMap((scene, image) => new Array<Scene>(weights[image]).fill(scene)),
        CLASSES,
      );
      const whole = pointEstimate(preparePair(copies.groundTruth, copies.a, copies.b, rule));
      const weighted = weightedEstimate(pair, weights);
      weighted.a.forEach((ap, c) => {
        expect(Number.isNaN(ap)).toBe(Number.isNaN(whole.a[c]));
        if (!Number.isNaN(ap)) expect(ap).toBeCloseTo(whole.a[c], 12);
      });
    }
  });
});

it('the compared mAP is that of the reports', () => {
  const compared = compareDetections(groundTruth, a, b, { replicates: 10 });
  expect(compared.a.map).toBeCloseTo(evaluateUltralytics(groundTruth, a).map, 14);
  expect(compared.b.map).toBeCloseTo(evaluateUltralytics(groundTruth, b).map, 14);
});

describe('few groups of images', () => {
  const scenes = toColumns(makeScenes(60, CLASSES, 4, 3), CLASSES);
  const byFolder = (folders: number) => {
    const of = Uint32Array.from({ length: 60 }, (_, image) => image % folders);
    const groups = { of, count: folders, by: 'folder' } as const;
    return compareDetections(scenes.groundTruth, scenes.a, scenes.b, { replicates: 200, groups });
  };
  const warned = (folders: number): string[] =>
    byFolder(folders)
      .warnings.filter(({ kind }) => kind === 'few-drawn')
      .map(({ said }) => inEnglish(said));

  it('are warned of, and of less than five nothing is said', () => {
    expect(warned(1)).toEqual([
      'too few groups of val images have labels: 1, and nothing is judged by fewer than 5',
    ]);
    expect(warned(7)).toEqual(['the val images are 7 groups: an interval of fewer than 10 is rough']);
    expect(warned(12)).toEqual([]);
    const { low, high, map } = byFolder(2);
    expect([low, high]).toEqual([-1, 1]);
    const lack = lackSentence({ kind: 'one-run-each' }, { low, high, map });
    expect(lack && inEnglish(lack)).toBe('at least 5 val images with labels are needed, or groups of them');
  });
});

it('classes in few images are warned of', () => {
  const few = toColumns(makeScenes(15, CLASSES, 1, 3), CLASSES);
  const { warnings } = compareDetections(few.groundTruth, few.a, few.b, { replicates: 200 });
  expect(warnings.map(({ kind }) => kind)).toEqual(['few-images', 'absent-classes']);
});

it('without labels there is a warning instead of a number', () => {
  const none = {
    ...groundTruth,
    boxes: new Float32Array(),
    class: new Uint16Array(),
    image: new Uint32Array(),
  };
  const { map, warnings } = compareDetections(none, a, b, { replicates: 5 });
  expect(map).toBeNaN();
  expect(warnings.map(({ kind }) => kind)).toEqual(['no-ground-truth']);
});
