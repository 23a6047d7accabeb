import { expect, test } from 'vitest';
import { Column } from '../../../../src/domain/run/columns';

test('a column goes on in the room behind the values it took over, and beyond it', () => {
  const buffer = new Float64Array(4);
  buffer.set([1, 2]);
  const column = Column.adopt(buffer.subarray(0, 2));
  column.push(3);
  expect([...buffer]).toEqual([1, 2, 3, 0]);
  column.push(4);
  column.push(5);
  expect([...column.view()]).toEqual([1, 2, 3, 4, 5]);
  expect([...buffer]).toEqual([1, 2, 3, 4]);
});

test('a column that is extended gives all its values, the old ones as they were', () => {
  const column = new Column(2);
  column.push(7);
  const all = column.extend(100);
  all.fill(8, 1);
  expect(column.length).toBe(100);
  expect([column.at(0), column.at(1), column.at(99)]).toEqual([7, 8, 8]);
  expect(column.extend(3)).toHaveLength(100);
});
