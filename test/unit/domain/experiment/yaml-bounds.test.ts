import { describe, expect, it, vi } from 'vitest';
import { nearestName } from '../../../../src/base/suggest';
import { parseDatasetYaml } from '../../../../src/domain/dataset/parse';
import { parseExperiment } from '../../../../src/domain/experiment/parse';

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

function check(text: string, first: RegExp, most = 101): void {
  const { problems, experiment } = parseExperiment(text, { file: 'a.train.yaml' });
  expect(experiment).toBeUndefined();
  expect(problems[0].message).toMatch(first);
  expect(problems.length).toBeLessThanOrEqual(most);
}

describe('an experiment file that is no such thing', () => {
  it('is refused in a line for its length, whatever it holds', () => {
    const tooLong = /^is \d+ characters long; the most is 100000$/;
    check(`{${lines(200_000, (i) => `k${i}: 1, `)}}`, tooLong);
    check(
      lines(50_000, (i) => `warmup_epoch${i}: 1\n`),
      tooLong,
    );
    check(`${'k'.repeat(2_000_000)}: 1\n`, tooLong);
    check('['.repeat(14_000_000), tooLong);
  });

  it('is read to its end within that length', () => {
    check('? '.repeat(50_000), /./);
    check('['.repeat(90_000), /./);
    check('- '.repeat(50_000), /./);
    check(`a: ${'{x: '.repeat(20_000)}`, /./);
    check(
      lines(6000, (i) => `warmup_e${i}: 1\n`),
      /^unknown key/,
    );
    check(`{${lines(7000, (i) => `k${i}: 1, `)}}`, /^unknown key/);
    check(`${'k'.repeat(99_000)}: 1\n`, /./);
  });

  it('says how many problems are not shown', () => {
    const { problems } = parseExperiment(
      lines(5000, (i) => `k${i}: 1\n`),
      { file: 'a.train.yaml' },
    );
    expect(problems).toHaveLength(101);
    expect(problems[100].message).toBe(`and ${5000 - 100 + missingKeys()} more problems`);
  });
});

/** What is wrong with an empty text. */
function missingKeys(): number {
  return parseExperiment('', { file: 'a.train.yaml' }).problems.length;
}

describe('a key that is written twice', () => {
  it('is a problem at its second place, in blocks and in flow', () => {
    for (const text of ['data: a\nepochs: 1\nepochs: 2\n', '{data: a, epochs: 1, epochs: 2}']) {
      const { problems } = parseExperiment(text, { file: 'a.train.yaml' });
      const [first] = problems;
      expect(first.message).toMatch(/^epochs is given twice: line [12] has it too$/);
      expect(first.range?.start).toBe(text.lastIndexOf('epochs'));
    }
    const merged = 'base: &b {epochs: 1}\nmore: &m {batch: 2}\n<<: *b\n<<: *m\ndata: a\n';
    const said = parseExperiment(merged, { file: 'a.train.yaml' }).problems.map(({ message }) => message);
    expect(said).not.toContain('twice');
  });
});

describe('a dataset file', () => {
  const dataset = (names: string) => parseDatasetYaml(`train: a\nval: b\n${names}`, 'd.yaml');

  it('may have as many classes as there can be, in a list or by number', () => {
    for (const names of [
      `names:\n${lines(21_841, (i) => `  - class number ${i} of ImageNet\n`)}`,
      `names:\n${lines(65_535, (i) => `  ${i}: c${i}\n`)}`,
    ]) {
      const { dataset: read, problems } = dataset(names);
      expect(problems).toEqual([]);
      expect(read?.names.at(-1)).toMatch(/21840|65534/);
    }
  });

  it('with more is refused in a line', () => {
    expect(dataset(`names: [${lines(70_000, () => 'a,')}]`).problems).toMatchObject([
      { message: 'lists 70000 classes: the most is 65535' },
    ]);
    expect(dataset(`names: [${lines(300_000, (i) => `class_${i},`)}]`).problems).toMatchObject([
      { message: expect.stringMatching(/characters long; the most is 3000000$/) },
    ]);
  });

  it('with a problem in each line tells the first hundred', () => {
    const { problems } = dataset(`names:\n${lines(30_000, (i) => `  k${i}: c\n`)}`);
    expect(problems).toHaveLength(101);
    expect(problems[100].message).toBe('and 29900 more problems');
  });
});

describe('a key that is a list or a map', () => {
  it('is a problem, and no warning of the library on stderr', () => {
    const warned = vi.spyOn(process, 'emitWarning');
    const { problems } = parseExperiment('model: { [nano]: 1 }\nepochs: { { a: 1 }: 2 }\n', {
      file: 'a.train.yaml',
    });
    expect(problems.filter(({ severity }) => severity === 'error').length).toBeGreaterThan(0);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});

describe('the nearest name', () => {
  it('is not looked for if lengths differ too much', () => {
    expect(nearestName('x'.repeat(50_000_000), ['epochs', 'x'.repeat(40)])).toBeUndefined();
    expect(nearestName('warmup_epoch', ['epochs', 'warmup_epochs'])).toBe('warmup_epochs');
  });
});
