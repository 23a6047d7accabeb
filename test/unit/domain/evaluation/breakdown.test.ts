import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { breakdownCsv } from '../../../../src/domain/display/breakdown-csv';
import { breakDown } from '../../../../src/domain/evaluation/breakdown';
import { evaluateCocoColumns } from '../../../../src/domain/evaluation/coco/columns';
import { sizesOf } from '../../../../src/domain/evaluation/coco/sizes';
import type { Detections, GroundTruth } from '../../../../src/domain/evaluation/types';
import { curvesOf, MOST_CURVES } from '../../../../src/domain/evaluation/ultralytics/curves';
import { evaluateUltralytics } from '../../../../src/domain/evaluation/ultralytics/evaluate';
import { matchUltralytics } from '../../../../src/domain/evaluation/ultralytics/match';
import { makeScenes, toColumns } from '../../../helpers/detection-sets';

const NONE = { boxes: new Float32Array(), class: new Uint16Array(), image: new Uint32Array() };
const NOTHING: Detections = { ...NONE, scores: new Float32Array() };

/** Rows [class, x, y, width, height], an image each; found exactly. */
function squares(rows: readonly (readonly number[])[], classes: number): [GroundTruth, Detections] {
  const columns = {
    boxes: Float32Array.from(rows.flatMap(([, x, y, w, h]) => [x, y, x + w, y + h])),
    class: Uint16Array.from(rows, ([c]) => c),
    image: Uint32Array.from(rows, (_, i) => i),
  };
  const scores = new Float32Array(rows.length).fill(0.8);
  return [
    { images: rows.length, classes, ...columns },
    { ...columns, scores },
  ];
}

type Sets = { images: number; classes: number; gt: number[][]; dt: number[][] };
/** [confidence, precision, recall, f1] of each class at its own best. */
type Golden = { classes: number[]; best: number; own: number[][] };
const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/ultralytics');
const read = <T>(name: string) => JSON.parse(readFileSync(path.join(fixtures, name), 'utf8')) as T;
const golden = read<{ greedy: Golden[] }>('confusion.json').greedy;

const columnsOf = (rows: number[][]) => ({
  boxes: Float32Array.from(rows.flatMap((row) => row.slice(2, 6))),
  class: Uint16Array.from(rows, ([, c]) => c),
  image: Uint32Array.from(rows, ([image]) => image),
});

describe('curves and thresholds', () => {
  it.each(read<Sets[]>('metrics.json').map((one, i) => [i, one] as const))(
    'set %d has the best thresholds of Ultralytics 8.4.190',
    (i, { images, classes, gt, dt }) => {
      const found = { ...columnsOf(dt), scores: Float32Array.from(dt, (row) => row[6]) };
      const curves = curvesOf(matchUltralytics({ images, classes, ...columnsOf(gt) }, found));
      // The library says confidence 0 if F1 is 0 at each.
      expect(curves.mean?.best?.confidence ?? 0).toBeCloseTo(golden[i].best, 12);
      expect(curves.classes.map((c) => c.class)).toEqual(golden[i].classes);
      curves.classes.forEach(({ best }, c) => {
        const f1 = golden[i].own[c][3];
        expect(best === undefined).toBe(f1 === 0);
        const own = best ? [best.confidence, best.precision, best.recall, best.f1] : [];
        own.forEach((value, k) => void expect(value).toBeCloseTo(golden[i].own[c][k], 12));
      });
    },
  );

  it('say at the common threshold what the report says', () => {
    const { groundTruth, a } = toColumns(makeScenes(80, 5, 1, 4), 5);
    const report = evaluateUltralytics(groundTruth, a);
    const { mean, classes } = curvesOf(matchUltralytics(groundTruth, a));
    const { confidence, precision, recall } = mean!.best!;
    expect([confidence, mean!.map50]).toEqual([report.confidence, report.map50]);
    expect(precision).toBeCloseTo(report.precision, 12);
    expect(recall).toBeCloseTo(report.recall, 12);
    expect(classes.map(({ common }) => common?.f1)).toEqual(report.perClass.map(({ f1 }) => f1));
    for (const { best, common } of classes) expect(best!.f1).toBeGreaterThan(common!.f1 - 0.1);
  });

  it('have no threshold of a class of which no detection counts, and none at all if none does', () => {
    const [truth, found] = squares(
      [
        [0, 0, 0, 10, 10],
        [1, 0, 0, 10, 10],
      ],
      2,
    );
    const one = curvesOf(matchUltralytics(truth, { ...found, class: Uint16Array.of(0, 0) }));
    expect(one.mean?.best?.f1).toBeGreaterThan(0);
    expect(one.classes.map(({ best }) => best === undefined)).toEqual([false, true]);
    expect(one.classes[1].common).toMatchObject({ confidence: one.mean?.best?.confidence, f1: 0 });
    for (const none of [NOTHING, { ...found, class: Uint16Array.of(1, 0) }]) {
      const { mean, classes } = curvesOf(matchUltralytics(truth, none));
      expect([mean?.map50, mean?.best]).toEqual([0, undefined]);
      expect(classes.map(({ best, common }) => [best, common])).toEqual(
        Array(2).fill([undefined, undefined]),
      );
    }
  });

  it('fall from left to right over recall, and are those of the classes with labels', () => {
    const { groundTruth, a } = toColumns(makeScenes(60, 4, 1, 2), 4);
    const { classes, recall } = curvesOf(matchUltralytics({ ...groundTruth, classes: 6 }, a));
    expect(classes.map((c) => c.class)).toEqual([0, 1, 2, 3]);
    expect(recall).toHaveLength(101);
    for (const { columns } of classes) {
      const envelope = [...columns!.envelope];
      expect(envelope).toEqual(envelope.toSorted((x, y) => y - x));
    }
  });

  it(`are drawn of the ${MOST_CURVES} classes with most labels, and every class has its threshold`, () => {
    const classes = MOST_CURVES + 20;
    const rows = Array.from({ length: classes }, (_, c) => [c, 0, 0, 10, 10]);
    const [truth, found] = squares([...rows, ...rows.slice(20)], classes);
    const curves = curvesOf(matchUltralytics(truth, found));
    expect(curves.classes).toHaveLength(classes);
    expect(curves.classes.filter(({ columns }) => !columns).map((c) => c.class)).toEqual(
      Array.from({ length: 20 }, (_, c) => c),
    );
    expect(curves.classes[0].best?.f1).toBeCloseTo(1, 9);
  });
});

describe('sizes', () => {
  it('are those of the 12 COCO numbers', () => {
    const { groundTruth, a } = toColumns(makeScenes(120, 6, 1, 9), 6);
    const { APs, APm, APl, ARs, ARm, ARl } = evaluateCocoColumns(groundTruth, a);
    const { all } = sizesOf(groundTruth, a);
    expect([all.small, all.medium, all.large].map(({ ap, ar }) => [ap, ar])).toEqual([
      [APs, ARs],
      [APm, ARm],
      [APl, ARl],
    ]);
  });

  it('judge detections that are clipped to their image', () => {
    const [truth] = squares([[0, 0, 0, 20, 20]], 1);
    const [, found] = squares([[0, -20, -20, 40, 40]], 1);
    expect(sizesOf(truth, found).all.small.ap).toBe(0);
    expect(sizesOf(truth, found, [64, 64]).all.small.ap).toBeCloseTo(1, 9);
  });

  it('count objects by COCO’s areas, both ends included, and have no number if there is no object', () => {
    const [truth, found] = squares(
      [
        [0, 0, 0, 31, 31],
        [0, 0, 0, 32, 32],
        [0, 0, 0, 96, 97],
        [2, 5, 5, 100, 200],
      ],
      3,
    );
    const { all, classes } = sizesOf(truth, found);
    const counts = (of: (typeof classes)[number] | typeof all) =>
      [of.small, of.medium, of.large].map(({ objects }) => objects);
    expect(counts(all)).toEqual([2, 1, 2]);
    expect(classes.map((one) => [one.class, ...counts(one)])).toEqual([
      [0, 2, 1, 1],
      [2, 0, 0, 1],
    ]);
    expect(classes[1].small).toEqual({ objects: 0 });
    expect(classes[1].large.ap).toBeCloseTo(1, 9);
    expect(sizesOf(truth, NOTHING).all.small).toEqual({ objects: 2, ap: 0, ar: 0 });
  });
});

describe('a breakdown', () => {
  const rule = { names: ['cat', '=dog'], conf: 0.001, matching: 'greedy' as const };
  const [truth, found] = squares(
    [
      [0, 0, 0, 10, 10],
      [1, 0, 0, 50, 50],
    ],
    2,
  );

  it('of a val set without labels has false alarms, and neither curves nor sizes', () => {
    const { labels, confusion, curves, sizes } = breakDown({ images: 2, classes: 2, ...NONE }, found, rule);
    expect([labels, curves.classes, curves.mean, sizes.classes]).toEqual([0, [], undefined, []]);
    expect(sizes.all.small).toEqual({ objects: 0 });
    expect(confusion.cells).toEqual([
      { predicted: 0, truth: 2, count: 1 },
      { predicted: 1, truth: 2, count: 1 },
    ]);
  });

  it('is CSV with every class; a name is never a formula', () => {
    const whole = breakDown(truth, { ...found, class: Uint16Array.of(0, 0) }, rule);
    const lines = (part: Parameters<typeof breakdownCsv>[0]) => breakdownCsv(part, whole).split('\n');
    expect(lines('confusion')).toEqual([
      'predicted,true,count,share of true',
      'cat,cat,1,1',
      "cat,'=dog,1,1",
      '',
    ]);
    const alone = breakDown(
      truth,
      { ...found, class: Uint16Array.of(0, 1), image: Uint32Array.of(0, 0) },
      rule,
    );
    expect(breakdownCsv('confusion', alone).split('\n').slice(1, -1)).toEqual([
      'cat,cat,1,1',
      "'=dog,(false alarm),1,1",
      "(missed),'=dog,1,1",
    ]);
    expect(lines('sizes')[0]).toBe(
      'class,small objects,small AP,small AR,medium objects,medium AP,medium AR,large objects,large AP,large AR',
    );
    expect(lines('sizes')[1]).toBe('all classes,1,1,1,1,0,0,0,,');
    expect(
      lines('thresholds')
        .slice(1, 4)
        .map((line) => line.split(',').slice(0, 2)),
    ).toEqual([
      ['all classes', ''],
      ['cat', '1'],
      ["'=dog", '1'],
    ]);
    expect(lines('thresholds')[3]).toMatch(/^'=dog,1,0,,,,,\d/);
    expect(lines('curves')).toHaveLength(1 + 3 * (1000 + 101) + 1);
    expect(lines('curves')[1]).toMatch(/^all classes,confidence,0,/);
  });
});
