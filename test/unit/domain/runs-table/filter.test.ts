import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import { parseFilter } from '../../../../src/domain/runs-table/filter';
import { type Cell, kindOfColumn, type Row, sortRows } from '../../../../src/domain/runs-table/row';

const row = (cells: Record<string, Cell>): Row => new Map(Object.entries(cells));
const KEYS = ['name', 'state', 'lr0', 'map', 'tags', 'notes', 'cos_lr', 'model', 'title'];
const RUNS = [
  row({
    name: 'a',
    state: 'completed',
    lr0: 0.01,
    map: 0.5,
    tags: ['night'],
    notes: 'first try',
    cos_lr: true,
  }),
  row({ name: 'b', state: 'failed', lr0: 0.02, tags: [], cos_lr: false }),
  row({
    name: 'c-10',
    state: 'completed',
    lr0: 0.05,
    map: 0.7,
    tags: ['night', 'release'],
    title: 'Best so far',
  }),
];

function found(text: string): string {
  const filter = parseFilter(text, KEYS, (key) => kindOfColumn(RUNS, key));
  if (filter.kind === 'problem') return inEnglish(filter.why);
  return RUNS.filter(filter.matches)
    .map((run) => run.get('name'))
    .join(' ');
}

describe('a filter', () => {
  it.each([
    ['', 'a b c-10'],
    ['lr0 > .01 and state = completed', 'c-10'],
    ['lr0>.01 state=completed', 'c-10'],
    ['lr0 >= 1e-2 and lr0 <= .02', 'a b'],
    ['map < .6 or state = FAILED', 'a b'],
    ['not (map < .6 or state = failed)', 'c-10'],
    ['tags = night and not tags = release', 'a'],
    ['cos_lr = yes', 'a'],
    ['cos_lr=false', 'b'],
    ['cos_lr != TRUE', 'b c-10'],
    // A run without the value.
    ['map = ""', 'b'],
    ['notes ~ "first try"', 'a'],
    ['name != a', 'b c-10'],
    ['map != .5', 'b c-10'],
    ['night', 'a c-10'],
    ["'best so'", 'c-10'],
    ['state = completed or state = failed and lr0 = .02', 'a b c-10'],
    ['and_not_a_word', ''],
    // A run without the number is neither above nor below.
    ['map > 0', 'a c-10'],
    ['map <= 1', 'a c-10'],
  ])('%s finds %s', (text, names) => {
    expect(found(text)).toBe(names);
  });
  it.each([
    ['lr > .01', 'no run has lr, did you mean lr0?'],
    ['weather = wet', 'no run has weather'],
    ['lr0 >', 'the filter ends too early'],
    ['lr0 > abc', 'lr0 is a number, and abc is not'],
    ['map > 99%', 'map is a number, and 99% is not'],
    ['not map != none', 'map is a number, and none is not'],
    ['state > completed', '> compares numbers, and completed is not one'],
    ['model < x', '< compares numbers, and x is not one'],
    ['cos_lr > 0', 'cos_lr is yes or no: it is compared with = or !='],
    ['cos_lr = on', 'cos_lr is yes or no, not on'],
    ['(lr0 > 1', 'a closing parenthesis is missing'],
    ['('.repeat(5000), 'parentheses are nested more than 100 deep'],
    ['lr0 > 1)', ') was not expected here'],
    ['> 1', '> was not expected here'],
    ['lr0 > > 1', '> was not expected here'],
    ['a and', 'the filter ends too early'],
  ])('%s is not one: %s', (text, why) => {
    expect(found(text)).toBe(why);
  });
});

describe('sorting', () => {
  const sorted = (key: string, descending: boolean): string =>
    sortRows(RUNS, [{ key, descending }], (run) => run)
      .map((run) => run.get('name'))
      .join(' ');
  it('puts runs without a value last, whichever way', () => {
    expect([sorted('map', false), sorted('map', true)]).toEqual(['a c-10 b', 'c-10 a b']);
  });
  it('counts numbers in names', () => {
    const names = ['run-10', 'run-9', 'run-100'].map((name) => row({ name }));
    expect(sortRows(names, [{ key: 'name', descending: false }], (r) => r).map((r) => r.get('name'))).toEqual(
      ['run-9', 'run-10', 'run-100'],
    );
  });
  it('goes on with the next key among equals', () => {
    const keys = [
      { key: 'state', descending: false },
      { key: 'lr0', descending: true },
    ];
    expect(sortRows(RUNS, keys, (run) => run).map((run) => run.get('name'))).toEqual(['c-10', 'a', 'b']);
  });
});
