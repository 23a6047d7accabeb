import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUDGET, CALLS_BUDGET, type Context, LONGEST_LIST } from '../../../../src/domain/python/context';
import { evaluate } from '../../../../src/domain/python/evaluate';
import { callFunction } from '../../../../src/domain/python/execute';
import { fileScope } from '../../../../src/domain/python/file-scope';
import { plain, type Value } from '../../../../src/domain/python/value';
import type { PythonParser } from '../../../../src/extension/editor/python-parser';
import { curveOf, hover, realParser } from './parse';

let parser: PythonParser;
beforeAll(async () => {
  parser = await realParser();
});
afterAll(() => parser.dispose());

type Look = { readonly value: Value | undefined; readonly spent: number };

/** The value of the name `x` at the end of a file, and what it cost. */
function lookAt(text: string): Look {
  const python = parser.open(text);
  const context: Context = {
    root: python.root,
    t: (message) => message,
    budget: { left: BUDGET, calls: CALLS_BUDGET, depth: 0 },
    assume: () => undefined,
    evaluate: (node, scope) => evaluate(node, scope, context),
    call: (callee, args) => callFunction(callee, args, context),
    construct: () => undefined,
  };
  const value = fileScope(context).get('x');
  python.dispose();
  return { value, spent: BUDGET - context.budget.left };
}

const length = ({ value }: Look): number | undefined =>
  value?.kind === 'list' ? value.items.length : undefined;

const doubled = (times: number): string =>
  `a0 = [1]\n${Array.from({ length: times }, (_, i) => `a${i + 1} = a${i} + a${i}\n`).join('')}x = a${times}\n`;

describe('a list of a Python file', () => {
  it('has a longest length, whatever makes it', () => {
    expect(length(lookAt('x = [1, 2] * 3\n'))).toBe(6);
    expect(length(lookAt(`x = [1] * ${LONGEST_LIST}\n`))).toBe(LONGEST_LIST);
    for (const text of [
      `x = [1] * ${LONGEST_LIST + 1}\n`,
      'x = [1] * 1e300\n',
      doubled(20),
      `x = [*range(9000), *range(9000)]\n`,
      `x = [${'1,'.repeat(LONGEST_LIST + 1)}]\n`,
      'def f():\n    l = [1]\n    for i in range(30): l += l\n    return l\nx = f()\n',
    ]) {
      expect([text.slice(0, 40), lookAt(text).value?.kind]).toEqual([text.slice(0, 40), 'unknown']);
    }
  });

  it('of nothing stays empty however often it is repeated', () => {
    const look = lookAt('x = [] * 100000000\n');
    expect(length(look)).toBe(0);
    expect(look.spent).toBeLessThan(100);
  });

  it('is paid for by every operator that touches it', () => {
    const list = 'a = [1] * 9000\n';
    for (const expression of ['a + []', 'a * 1', '[*a]', 'max(a)', 'sum(a)', '[i for i in a]', '2 in a']) {
      const { spent } = lookAt(`${list}x = ${expression}\n`);
      expect([expression, spent > 17_000]).toEqual([expression, true]);
    }
  });

  it('that holds one list again and again is not written out', () => {
    const { value } = lookAt('a = [1] * 9000\nb = [a] * 9000\nx = [b] * 9000\n');
    expect(value?.kind).toBe('list');
    const written = JSON.stringify(plain(value as Value));
    expect(written.length).toBeLessThan(200_000);
    const deep = lookAt(
      'def f():\n    l = []\n    for i in range(9000): l = [l]\n    return l\nx = f()\n',
    ).value;
    expect(JSON.stringify(plain(deep as Value))).toMatch(/^\[{50}/);
  });
});

describe('a hostile Python file', () => {
  const scheduler = (milestones: string): string => `s = MultiStepLR(opt, milestones=${milestones})\n`;

  it('gets a hover that says what is not known', () => {
    for (const text of [
      `x = [] * 100000000\n${scheduler('[3] + x')}`,
      `${doubled(40)}${scheduler('x')}`,
      `def f(n):\n    for a in range(9999):\n        for b in range(9999):\n            pass\n    return [n]\n${scheduler('f(3)')}`,
      `${scheduler(`[${'('.repeat(5000)}3${')'.repeat(5000)}]`)}`,
      `${'x = x + [1]\n'.repeat(15_000)}${scheduler('x')}`,
      `${'x='.repeat(60_000)}[3]\n${scheduler('x')}`,
      `${'self.a:'.repeat(25_000)}\n${scheduler('self.b')}`,
      `opt = SGD([{'lr': 1}] * 9999, lr=1)\nstep = LambdaLR(opt, lambda e: 1)\nx = [step] * 9999\n${scheduler('[3]')}`,
    ]) {
      const found = hover(parser, text, 'MultiStepLR');
      expect([text.slice(0, 30), curveOf(found)[0]]).toEqual([text.slice(0, 30), expect.any(Number)]);
    }
  });

  it('gets as many notes as a person reads', () => {
    const names = Array.from({ length: 300 }, (_, i) => `(1 if u${i} else 2)`).join(' + ');
    const found = hover(parser, `s = StepLR(opt, ${names})\n`, 'StepLR');
    expect(found?.notes.length).toBe(20);
    const long = hover(parser, `s = StepLR(opt, 1 if ${'u'.repeat(5000)} else 2)\n`, 'StepLR');
    expect(Math.max(...(long?.notes ?? []).map((note) => note.length))).toBe(300);
  });
});
