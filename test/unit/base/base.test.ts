// cspell:ignore warmpu
import { describe, expect, it } from 'vitest';
import { oncePerKey } from '../../../src/base/async';
import { DisposableStore, toDisposable } from '../../../src/base/disposable';
import { Emitter } from '../../../src/base/event';
import { parseJson, readNumber, toJsonLine } from '../../../src/base/json';
import { formatProblem, hasErrors, type Problem } from '../../../src/base/problem';
import { createRandom, shuffle } from '../../../src/base/random';
import { editDistance, nearestName } from '../../../src/base/suggest';

describe('DisposableStore', () => {
  it('disposes last-in first-out, once', () => {
    const order: string[] = [];
    const store = new DisposableStore();
    store.track(toDisposable(() => order.push('first')));
    store.track(toDisposable(() => order.push('second')));
    store.dispose();
    store.dispose();
    expect(order).toEqual(['second', 'first']);
  });

  it('disposes at once what is tracked too late', () => {
    const store = new DisposableStore();
    store.dispose();
    let disposed = false;
    store.track(
      toDisposable(() => {
        disposed = true;
      }),
    );
    expect(disposed).toBe(true);
  });
});

describe('Emitter', () => {
  it('calls listeners in order, also when one leaves while it fires', () => {
    const emitter = new Emitter<number>();
    const seen: string[] = [];
    const first = emitter.event((n) => {
      seen.push(`a${n}`);
      first.dispose();
    });
    const second = emitter.event((n) => seen.push(`b${n}`));
    emitter.fire(1);
    emitter.fire(2);
    second.dispose();
    emitter.fire(3);
    expect(seen).toEqual(['a1', 'b1', 'b2']);
  });
});

describe('json lines', () => {
  it('keeps non-finite numbers, as strings, at any depth', () => {
    const line = toJsonLine({
      a: Number.NaN,
      b: [Number.POSITIVE_INFINITY],
      c: { d: Number.NEGATIVE_INFINITY },
      e: 1.5,
    });
    expect(line).toBe('{"a":"NaN","b":["Infinity"],"c":{"d":"-Infinity"},"e":1.5}\n');
    expect(readNumber('NaN')).toBeNaN();
    expect(readNumber('-Infinity')).toBe(Number.NEGATIVE_INFINITY);
    expect(readNumber('12')).toBeUndefined();
  });

  it('reads a torn line as nothing', () => {
    expect(parseJson('{"a":1')).toBeUndefined();
  });
});

describe('did you mean', () => {
  const check = (name: string, expected: string | undefined): void => {
    expect(nearestName(name, ['warmup_epochs', 'warmup_bias_lr', 'lr0', 'lrf', 'epochs', 'momentum'])).toBe(
      expected,
    );
  };

  it('finds the name that was meant', () => {
    check('warmup_epoch', 'warmup_epochs');
    check('warmpu_epochs', 'warmup_epochs');
    check('Momentum', 'momentum');
    check('lr', 'lr0');
  });

  it('stays silent if nothing is near', () => check('dataset', undefined));

  it('counts single edits', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
  });
});

describe('random', () => {
  it('gives the same numbers for a seed, and others for another stream', () => {
    const take = (seed: number, stream: number): number[] => {
      const random = createRandom(seed, stream);
      return [random.next(), random.next(), random.next()];
    };
    expect(take(7, 0)).toEqual(take(7, 0));
    expect(take(7, 0)).not.toEqual(take(7, 1));
    expect(take(7, 0)).not.toEqual(take(8, 0));
  });

  it('is uniform enough: mean and spread of 20,000 draws', () => {
    const random = createRandom(1);
    const draws = Array.from({ length: 20_000 }, () => random.next());
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(0.5, 1.9);
    expect(variance).toBeCloseTo(1 / 12, 2);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
  });

  it('draws normal numbers of mean 0 and deviation 1', () => {
    const random = createRandom(3);
    const draws = Array.from({ length: 20_000 }, () => random.normal());
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const deviation = Math.sqrt(draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length);
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(deviation - 1)).toBeLessThan(0.03);
  });

  it('shuffles into a permutation', () => {
    const shuffled = shuffle([1, 2, 3, 4, 5, 6, 7, 8], createRandom(5));
    expect([...shuffled].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(shuffled).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('problems', () => {
  const problem: Problem = {
    severity: 'error',
    message: 'must be above 0',
    file: 'pcb.train.yaml',
    key: 'lr0',
    range: { start: 10, end: 12, line: 3, column: 6 },
  };

  it('reads as one line: file, line, column, key, message', () => {
    expect(formatProblem(problem)).toBe('pcb.train.yaml:3:6: lr0: must be above 0');
    expect(formatProblem({ severity: 'info', message: 'just so' })).toBe('just so');
  });

  it('tells errors from warnings', () => {
    expect(hasErrors([{ ...problem, severity: 'warning' }])).toBe(false);
    expect(hasErrors([problem])).toBe(true);
  });
});

it('asks once for each key, however many ask at the same time, and anew for one that failed', async () => {
  const asked: string[] = [];
  const ask = oncePerKey(async (key) => {
    asked.push(key);
    if (asked.length === 1) throw new Error('not yet');
    return key.toUpperCase();
  });
  await expect(ask('a')).rejects.toThrow('not yet');
  expect(await Promise.all([ask('a'), ask('b'), ask('a'), ask('b')])).toEqual(['A', 'B', 'A', 'B']);
  expect(asked).toEqual(['a', 'a', 'b']);
});
