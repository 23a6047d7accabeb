import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/base/random';
import { compareRecords } from '../../../../src/domain/compare/compare-records';
import {
  bestOfMany,
  compareWithBaseline,
  familyWidening,
  type TableLimits,
} from '../../../../src/domain/compare/many';
import type { DetectionRecord } from '../../../../src/domain/compare/record';
import { judgeDifference } from '../../../../src/domain/compare/verdict';

const IMAGES = 30;

/** One object an image; a detector finds it off by up to `shift` of 20 pixels. */
function record(shift: number, seed: number, fingerprint = 'same'): DetectionRecord {
  const random = createRandom(seed, IMAGES);
  const image = Uint32Array.from({ length: IMAGES }, (_, i) => i);
  const common = { class: new Uint16Array(IMAGES), image };
  const boxes = (off: () => number): Float32Array =>
    Float32Array.from({ length: 4 * IMAGES }, (_, i) => [10, 10, 30, 30][i & 3] + (i % 2 === 0 ? off() : 0));
  const numbers = Array.from(image, String);
  const rule = { name: 'ultralytics' as const, imgsz: 64, conf: 0.001, iou: 0.7, max_det: 300 };
  return {
    header: {
      fingerprint,
      classes: ['a'],
      images: IMAGES,
      files: numbers,
      sizes: Array.from({ length: 2 * IMAGES }, () => 64),
      digests: numbers.map((name) => fingerprint + name),
      rule: { ...rule, single_cls: false, split: 'val', exif: 'applied' },
    },
    detections: {
      ...common,
      boxes: boxes(() => random.next() * shift),
      scores: new Float32Array(IMAGES).fill(0.9),
    },
    truth: { images: IMAGES, classes: 1, ...common, boxes: boxes(() => 0) },
  };
}

const NOTHING = { map: 0, low: 0, high: 0 };

/** The limits of all, the first being the baseline; undefined if one is refused. */
function tableOf(runs: readonly DetectionRecord[]): TableLimits | undefined {
  const rows = compareWithBaseline(runs[0], runs.slice(1)).flatMap((one) =>
    one.kind === 'judged' ? [one] : [],
  );
  return rows.length === runs.length - 1 ? [NOTHING, ...rows] : undefined;
}

describe('several runs against one', () => {
  it('has intervals that are wider the more runs there are, as Bonferroni says', () => {
    expect(familyWidening(1, 500)).toBe(1);
    // 2.498 and 1.960 of the normal distribution.
    expect(familyWidening(4, 100_000)).toBeCloseTo(1.275, 2);
    expect(familyWidening(19, 100_000)).toBeCloseTo(3.005 / 1.96, 2);
    expect(familyWidening(4, 10)).toBeGreaterThan(familyWidening(4, 1000));
  });

  it('keeps each difference, and the same interval for a single one', () => {
    const [base, other] = [record(4, 1), record(6, 2)];
    const alone = compareRecords(base, other);
    if (alone.kind === 'refused') throw new Error('not compared');
    const { map, low, high } = alone.comparison;
    expect(compareWithBaseline(base, [other])).toMatchObject([{ kind: 'judged', map, low, high }]);
    const [first] = compareWithBaseline(base, [other, record(5, 3), record(5, 4)]);
    if (first.kind === 'refused') throw new Error('not compared');
    expect(first.map).toBe(map);
    expect(first.low).toBeLessThan(low);
    expect(first.high).toBeGreaterThan(high);
  });

  it('refuses one of another val set and goes on with the others', () => {
    const [refused, judged] = compareWithBaseline(record(4, 1), [record(4, 2, 'another'), record(9, 3)]);
    expect([refused.kind, judged.kind]).toEqual(['refused', 'judged']);
  });

  it('calls few of many equally good runs different', () => {
    const tables = Array.from({ length: 12 }, (_, world) => {
      const runs = Array.from({ length: 5 }, (_, i) => record(6, 1000 + 10 * world + i));
      return compareWithBaseline(runs[0], runs.slice(1));
    });
    const wrong = tables.filter((table) =>
      table.some((one) => one.kind === 'judged' && one.verdict !== 'neither'),
    );
    // One of twenty tables is allowed to; of twelve, three or more come in less than 2 of 100 cases.
    expect(wrong.length).toBeLessThan(3);
  });

  it('names those that cannot be told from the best', () => {
    const runs = [record(9, 1), record(2, 2), record(2, 3)];
    const best = bestOfMany(runs, tableOf(runs));
    expect(best?.undecided).toEqual([1, 2]);
    expect([1, 2]).toContain(best?.best);
    expect(best?.optimism).toBeGreaterThan(0);
    const moved = [runs[0], record(2, 2, 'another')];
    expect(bestOfMany(moved, tableOf(moved))).toBeUndefined();
    expect(bestOfMany(moved, tableOf(runs.slice(0, 2)))).toBeUndefined();
    expect(bestOfMany(runs.slice(0, 1), [NOTHING])).toBeUndefined();
  });

  it('never contradicts its own table: who is worse there is not among the best, and so the baseline', () => {
    const worlds = Array.from({ length: 40 }, (_, world) => {
      const runs = [6, 5.6, 5.3, 5].map((shift, i) => record(shift, 2000 + 10 * world + i));
      const table = tableOf(runs) ?? [];
      const verdicts = table.map(judgeDifference);
      return { verdicts, undecided: bestOfMany(runs, table)?.undecided ?? [] };
    });
    for (const { verdicts, undecided } of worlds) {
      expect(undecided.includes(0)).toBe(!verdicts.includes('second'));
      expect(undecided.filter((i) => verdicts[i] === 'first')).toEqual([]);
    }
    // It is about small gains, of which some are seen.
    const decided = worlds.filter(({ verdicts }) => verdicts.includes('second')).length;
    expect(decided).toBeGreaterThan(3);
    expect(decided).toBeLessThan(37);
  });
});
