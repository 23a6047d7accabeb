import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import { labelPathOf } from '../../../../src/domain/dataset/image-path';
import { parseLabels } from '../../../../src/domain/dataset/labels';

const RULES = { classes: 3, columns: 5, singleCls: false };

function check(text: string, expected: readonly (readonly number[])[], rules = RULES): void {
  const parsed = parseLabels(text, rules);
  if (parsed.kind === 'fault') throw new Error(inEnglish(parsed.fault.said));
  const { class: cls, boxes } = parsed.labels;
  const rows = Array.from(cls, (c, i) => [c, ...boxes.subarray(4 * i, 4 * i + 4)]);
  expect(rows).toEqual(expected.map(([c, ...box]) => [c, ...box.map(Math.fround)]));
}

function checkFault(text: string, line: number, message: string, rules = RULES): void {
  const parsed = parseLabels(text, rules);
  if (parsed.kind !== 'fault') throw new Error('is accepted');
  expect(parsed.fault.line).toBe(line);
  expect(inEnglish(parsed.fault.said)).toBe(message);
}

describe('a label file', () => {
  it('holds rows of class and normalized box; blank lines and line ends do not matter', () => {
    check('0 0.5 0.5 0.25 0.125\r\n\n 2\t0 0 1 1 \n', [
      [0, 0.5, 0.5, 0.25, 0.125],
      [2, 0, 0, 1, 1],
    ]);
    check('', []);
  });

  it('with one long row is one of polygons, which become their bounding boxes', () => {
    check('1 0.25 0.25 0.75 0.25 0.75 0.5\n0 0.5 0.5 0.25 0.75 0.25 0.5', [
      [1, 0.5, 0.375, 0.5, 0.25],
      [0, 0.375, 0.625, 0.25, 0.25],
    ]);
  });

  it('is refused when it mixes boxes and polygons, as Ultralytics refuses it', () => {
    const message = 'is a box, but other rows are polygons: a file holds one kind';
    checkFault('1 0.25 0.25 0.75 0.25 0.75 0.5\n0 0.5 0.5 0.2 0.2', 2, message);
  });

  it('keeps different polygons that share a bounding box', () => {
    check('0 0.25 0.25 0.75 0.25 0.75 0.5\n0 0.25 0.25 0.25 0.5 0.75 0.5', [
      [0, 0.5, 0.375, 0.5, 0.25],
      [0, 0.5, 0.375, 0.5, 0.25],
    ]);
  });

  it('keeps box columns of keypoint rows', () => {
    check('0 0.5 0.5 0.25 0.25 0.1 0.1 2', [[0, 0.5, 0.5, 0.25, 0.25]], { ...RULES, columns: 8 });
  });

  it('loses exact duplicates, and is sorted if it lost any', () => {
    check('2 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1\n2 0.5 0.5 0.1 0.1', [
      [0, 0.5, 0.5, 0.1, 0.1],
      [2, 0.5, 0.5, 0.1, 0.1],
    ]);
    check('2 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1', [
      [2, 0.5, 0.5, 0.1, 0.1],
      [0, 0.5, 0.5, 0.1, 0.1],
    ]);
  });

  it('may leave the unit square by a hundredth', () => {
    check('0 1.01 -0.01 0.5 0.5', [[0, 1.01, -0.01, 0.5, 0.5]]);
    checkFault(
      '0 0.5 0.5 0.5 0.5\n0 1.02 0.5 0.5 0.5',
      2,
      'coordinate 1.02 is not normalized (expected 0 to 1)',
    );
    checkFault('0 -0.02 0.5 0.5 0.5', 1, 'coordinate -0.02 is not normalized (expected 0 to 1)');
    checkFault('0 0.5 0.5 -0.005 0.5', 1, 'width or height -0.005 is negative');
  });

  it('names the line of a class that the dataset does not have, unless all classes count as one', () => {
    checkFault('0 0 0 1 1\n3 0 0 1 1', 2, 'class 3 is out of range: the dataset has classes 0 to 2');
    checkFault('1 0 0 1 1', 1, 'class 1 is out of range: the dataset has only class 0', {
      ...RULES,
      classes: 1,
    });
    check('7 0 0 1 1', [[0, 0, 0, 1, 1]], { ...RULES, singleCls: true });
  });

  it('names the line that is not a label', () => {
    checkFault('0 0.5 0.5 0.5', 1, 'has 4 values, expected 5 (class cx cy w h)');
    checkFault('0 0.5 0.5 0.5 x', 1, 'holds something that is not a number');
    for (const token of ['0x1', '0b1', 'Infinity', '1e', '.'])
      checkFault(`0 0.5 0.5 0.5 ${token}`, 1, 'holds something that is not a number');
    check('0 .5 +5e-1 0.5 1.', [[0, 0.5, 0.5, 0.5, 1]]);
    checkFault('-1 0.5 0.5 0.5 0.5', 1, 'class -1 is not a whole number from 0');
    checkFault(
      '0 .1 .1 .2 .2 .3 .3\n0 .1 .1 .2 .2 .3',
      2,
      'is not a polygon: expected a class and pairs of x y',
    );
  });
});

describe('the labels of an image', () => {
  it('are in the path whose last images folder becomes labels', () => {
    expect(labelPathOf('/a/images/images/b.c.jpg')).toBe('/a/images/labels/b.c.txt');
    expect(labelPathOf('/images/x/a.png')).toBe('/labels/x/a.txt');
    expect(labelPathOf('/photos/a.png')).toBe('/photos/a.txt');
    expect(labelPathOf('C:\\set\\images\\val\\a.png')).toBe('C:\\set\\labels\\val\\a.txt');
  });
});
