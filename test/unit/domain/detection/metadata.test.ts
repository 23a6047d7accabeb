import { describe, expect, it } from 'vitest';
import {
  type PythonValue,
  parseMetadata,
  parsePythonLiteral,
} from '../../../../src/domain/detection/metadata';

function check(text: string, expected: PythonValue | undefined): void {
  expect(parsePythonLiteral(text)).toEqual(expected);
}

describe('a Python literal', () => {
  it('is read with its nesting', () => {
    check(
      "{'a': [1, -2.5e3, (True, None)], 2: {}}",
      new Map<string, PythonValue>([
        ['a', [1, -2500, [true, null]]],
        ['2', new Map()],
      ]),
    );
    check(' [1, 2,] ', [1, 2]);
    check('()', []);
  });

  it('has strings in either quotes, with escapes', () => {
    check("'it\\'s \\x41\\u00e9\\U0001F600\\n'", "it's Aé😀\n");
    check('"a \'b\'"', "a 'b'");
  });

  it('is undefined if the text is not one', () => {
    for (const text of ['', '{', "'open", '[1 2]', '{1}', '[1] 2', 'foo', '['.repeat(100)])
      check(text, undefined);
  });
});

describe("a model's metadata", () => {
  it('gives names in the order of their numbers, size, stride and task', () => {
    const properties = new Map([
      ['names', "{1: 'traffic light', 0: 'person', 2: \"o'clock\"}"],
      ['imgsz', '[384, 640]'],
      ['stride', '32'],
      ['task', 'detect'],
      ['args', "{'nms': False, 'dynamic': True}"],
    ]);
    expect(parseMetadata(properties)).toEqual({
      names: ['person', 'traffic light', "o'clock"],
      imgsz: [384, 640],
      stride: 32,
      task: 'detect',
      finished: false,
    });
  });

  it('knows outputs that have been through NMS by either key', () => {
    expect(parseMetadata(new Map([['end2end', 'True']])).finished).toBe(true);
    expect(
      parseMetadata(
        new Map([
          ['args', "{'nms': True}"],
          ['end2end', 'False'],
        ]),
      ).finished,
    ).toBe(true);
    expect(parseMetadata(new Map([['end2end', 'False']])).finished).toBe(false);
    expect(parseMetadata(new Map()).finished).toBeUndefined();
  });

  it('leaves out what cannot be read', () => {
    const properties = new Map([
      ['names', "{0: 'a', 2: 'c'}"],
      ['imgsz', '[]'],
      ['stride', 'x'],
    ]);
    expect(parseMetadata(properties)).toMatchObject({
      names: undefined,
      imgsz: undefined,
      stride: undefined,
    });
  });
});
