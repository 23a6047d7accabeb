import { describe, expect, it } from 'vitest';
import { LineCounter } from 'yaml';
import { parseDatasetYaml } from '../../../../src/domain/dataset/parse';
import { readYaml } from '../../../../src/domain/experiment/read-yaml';
import { parseYaml } from '../../../../src/domain/yaml/document';

const read = (text: string) => {
  const { document, faults } = parseYaml(text, { lines: new LineCounter(), mostCharacters: 100_000 });
  return {
    value: faults.length === 0 ? document.toJS() : undefined,
    said: faults.map(({ message }) => message),
  };
};
const keysOf = (text: string) => {
  const { entries, problems } = readYaml(text, 'a.yaml');
  return { keys: Object.fromEntries(entries.map(({ key, value }) => [key, value])), problems };
};

describe('aliases and merges are read as PyYAML reads them', () => {
  it.each([
    ['a: &x [1, 2]\nb: *x\n', { a: [1, 2], b: [1, 2] }],
    ['a: &x {k: 1}\nb: {<<: *x, l: 2}\n', { a: { k: 1 }, b: { k: 1, l: 2 } }],
    ['<<: [{ lr0: 0.5 }, { lr0: 0.1, batch: 2 }]\n', { lr0: 0.5, batch: 2 }],
    ['a: &x {k: 1}\nb: &y {<<: *x, l: 2}\n<<: *y\nl: 3\n', { a: { k: 1 }, b: { k: 1, l: 2 }, k: 1, l: 3 }],
    ['a: &x 1\nb: *x\nc: &x 2\nd: *x\n', { a: 1, b: 1, c: 2, d: 2 }],
    ['"<<": {k: 1}\n', { '<<': { k: 1 } }],
  ])('%j', (text, expected) => expect(read(text).value).toEqual(expected));

  it('what cannot be merged is said, at its place', () => {
    const { problems } = keysOf('epochs: 1\n<<: 5\n');
    expect(problems).toMatchObject([
      { message: 'expected a mapping to merge, or a list of mappings', range: { line: 2 } },
    ]);
  });

  it('aliases of aliases do not grow without bound', () => {
    const lines = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`,
    );
    expect(read(`a0: &a0 1\n${lines.join('\n')}\n`).said).toEqual([
      'has aliases that make more than 1000000 values of it',
    ]);
  });

  it('an alias of what it is within does not make an endless tree', () => {
    expect(() => read('a: &x {b: *x}\n')).not.toThrow();
  });
});

describe('in an experiment', () => {
  it('a block may be merged, an alias, or hold a merge', () => {
    expect(keysOf('<<: { validation: { every: 2 } }\n').keys).toEqual({ 'validation.every': 2 });
    expect(keysOf('checkpoints: &c { every: 2 }\nvalidation: *c\n').keys).toMatchObject({
      'validation.every': 2,
    });
    expect(keysOf('validation: { <<: { every: 2 }, batch: 4 }\n').keys).toEqual({
      'validation.every': 2,
      'validation.batch': 4,
    });
  });

  it('a key that is given twice is named, with the line of the first', () => {
    expect(keysOf('epochs: 1\nbatch: 2\nepochs: 3\n').problems).toMatchObject([
      { message: 'epochs is given twice: line 1 has it too', range: { line: 3 } },
    ]);
    expect(keysOf('validation: { every: 2 }\nvalidation.every: 3\n').problems).toMatchObject([
      { key: 'validation.every', message: 'is given twice: line 1 has it too', range: { line: 2 } },
    ]);
  });
});

describe('in a dataset', () => {
  it('names and folders may be aliases, and what they are in be merged', () => {
    const text = 'path: /d\nt: &t images/train\ntrain: *t\nval: *t\nb: &b {names: [a, b]}\n<<: *b\n';
    expect(parseDatasetYaml(text, 'data.yaml').dataset).toMatchObject({
      train: ['images/train'],
      val: ['images/train'],
      names: ['a', 'b'],
    });
  });

  it('what is there, but not as a folder, is not said to be missing', () => {
    const { problems } = parseDatasetYaml('train: 5\nval: v\nnames: [a]\n', 'data.yaml');
    expect(problems).toMatchObject([
      { key: 'train', message: 'expected a folder of images, a .txt list, or a list of those' },
    ]);
  });
});
