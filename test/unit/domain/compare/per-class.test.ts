import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/base/random';
import { type ClassDifference, classVerdicts } from '../../../../src/domain/compare/per-class';

const row = (difference: number, error: number, labels = 40): ClassDifference => ({
  labels,
  units: labels,
  difference,
  error,
  low: difference - 1.96 * error,
  high: difference + 1.96 * error,
});

describe('verdicts of a table of classes', () => {
  it('name the classes that differ beyond what so many classes would by luck', () => {
    expect(classVerdicts([row(0.1, 0.01), row(-0.1, 0.01), row(0.021, 0.01)])).toEqual([
      'second',
      'first',
      'second',
    ]);
    const many = Array.from({ length: 19 }, () => row(0, 0.01));
    expect(classVerdicts([row(0.021, 0.01), ...many])[0]).toBe('neither');
    expect(classVerdicts([row(0.1, 0.01), ...many])[0]).toBe('second');
  });

  it('say nothing of a class with fewer than four labels', () => {
    expect(classVerdicts([row(0.5, 0.01, 3)])).toEqual(['neither']);
  });

  it('say nothing of a class in fewer than five images, as nothing is said of so few in all', () => {
    const few = (units: number): ClassDifference => ({ ...row(0.5, 0.001), units });
    expect([few(4), few(20)].map((one) => classVerdicts([one])[0])).toEqual(['neither', 'second']);
  });

  it('take images that all differ alike for luck as likely as so many heads in a row', () => {
    const alike = (units: number): ClassDifference => ({ ...row(0.5, 0), units });
    expect(classVerdicts([alike(5)])).toEqual(['neither']);
    expect(classVerdicts([alike(6)])).toEqual(['second']);
    const table = Array.from({ length: 20 }, () => alike(8));
    expect(new Set(classVerdicts(table))).toEqual(new Set(['neither']));
  });

  it('make up for what the bootstrap of few images lacks', () => {
    // t = 2.1 of 19 degrees of freedom has a chance of .0494; with an error larger by sqrt(20 / 18), of 18, it has .06.
    expect(classVerdicts([{ ...row(0.21, 0.1), units: 20, low: 0.001 }])).toEqual(['neither']);
  });

  it('of equal models name a class in at most one table of twenty', () => {
    const random = createRandom(7);
    const normal = (): number =>
      Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    const tables = 400;
    let named = 0;
    for (let t = 0; t < tables; t++) {
      const rows = Array.from({ length: 20 }, () => row(normal() * 0.02, 0.02));
      named += Number(classVerdicts(rows).some((verdict) => verdict !== 'neither'));
    }
    expect(named / tables).toBeLessThan(0.06);
  });
});
