// cspell:ignore trian
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../../src/base/problem';
import { parseDatasetYaml } from '../../../../src/domain/dataset/parse';

const parse = (text: string) => parseDatasetYaml(text, 'data.yaml');

function checkProblem(text: string, expected: string): void {
  const { dataset, problems } = parse(text);
  expect(problems.map(formatProblem)).toContain(expected);
  expect(dataset).toBeUndefined();
}

function checkNames(names: string, expected: readonly string[]): void {
  const { dataset, problems } = parse(`train: a\nval: b\n${names}`);
  expect(problems).toEqual([]);
  expect(dataset?.names).toEqual(expected);
}

describe('a dataset YAML', () => {
  it('gives root, sources and names as written', () => {
    const text = 'path: ../set\ntrain: images/train\nval: [a, b.txt]\ntest: t\nnames: [cat, dog]\nnc: 2\n';
    const dataset = {
      path: '../set',
      train: ['images/train'],
      val: ['a', 'b.txt'],
      test: ['t'],
      names: ['cat', 'dog'],
      columns: 5,
    };
    expect(parse(text)).toEqual({ dataset, draft: dataset, problems: [] });
  });

  it('takes names as a list, as a mapping in any order, or only their number', () => {
    checkNames('names: [a, b]', ['a', 'b']);
    checkNames('names: {1: b, 0: a}', ['a', 'b']);
    checkNames('names:\n  0: 7\n  1: yes', ['7', 'yes']);
    checkNames('nc: 2', ['class_0', 'class_1']);
  });

  it('accepts validation for val, and ignores keys that are not its own', () => {
    const { dataset, problems } = parse('train: a\nvalidation: v\nnames: [x]\nroboflow: {id: 1}\n');
    expect([dataset?.val, problems]).toEqual([['v'], []]);
  });

  it('knows how long label rows with keypoints are', () => {
    expect(parse('train: a\nval: b\nnames: [x]\nkpt_shape: [17, 3]').dataset?.columns).toBe(56);
  });

  it('says which key is missing or wrong, and where', () => {
    checkProblem(
      'val: b\nnames: [x]',
      'data.yaml:1:1: train: is missing: expected a folder of images, a .txt list, or a list of those',
    );
    checkProblem(
      'train: a\nval:\nnames: [x]',
      'data.yaml:2:5: val: is missing: expected a folder of images, a .txt list, or a list of those',
    );
    checkProblem(
      'train: a\nval: b',
      'data.yaml:1:1: names: is missing: expected the class names (or nc, their number)',
    );
    checkProblem(
      'train: a\nval: b\nnames: [x, y]\nnc: 3',
      'data.yaml:4:5: nc: is 3, but names lists 2: they must agree',
    );
    checkProblem(
      'train: a\nval: b\nnames: {0: x, 2: y}',
      'data.yaml:3:15: names: class number 2 must be a whole number from 0 to 1, as there are 2 names',
    );
    checkProblem(
      'train: a\nval: b\nnames: [x]\nchannels: 4',
      'data.yaml:4:11: channels: must be 3: images are read as RGB',
    );
    checkProblem('- a', 'data.yaml: is not a dataset: expected a mapping with train, val and names');
  });

  it('reports broken syntax with its place', () => {
    const [problem] = parse('train: [a\nval: b').problems;
    expect([problem.severity, problem.range?.line]).toEqual(['error', 2]);
  });

  it('asks whether a misspelt key was meant', () => {
    const { problems } = parse('trian: a\nval: b\nnames: [x]');
    const misspelt = problems.find(({ key }) => key === 'trian');
    expect(misspelt?.message).toBe('is not a key of a dataset, did you mean train?');
    expect(misspelt?.fix?.text).toBe('train');
  });
});
