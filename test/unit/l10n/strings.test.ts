import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { translateProblem } from '../../../src/base/problem';
import { createTranslate } from '../../../src/base/translate';
import { say } from '../../../src/base/words';
import { advise } from '../../../src/domain/advice/advise';
import { parseExperiment } from '../../../src/domain/experiment/parse';
import { scheduleOf } from '../../../src/domain/schedule/schedule';
import { collectStrings, untranslatable } from '../../helpers/collect-strings';
import { repositoryRoot } from '../../helpers/shared';

const readTable = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(path.join(repositoryRoot, file), 'utf8'));
const placeholders = (text: string): string[] => [...text.matchAll(/\{\d+\}/g)].map(([p]) => p).sort();
const without = (names: readonly string[], others: readonly string[]): string[] =>
  names.filter((name) => !others.includes(name));

describe('both languages', () => {
  const used = collectStrings();
  const chinese = readTable('media/l10n/bundle.l10n.zh-cn.json');

  it('sees the strings of host and pages', () => {
    expect(used).toEqual(expect.arrayContaining(['Start Training', '{0} left', 'Show as table']));
  });

  it('lack no string that the code says', () => {
    expect(without(used, Object.keys(chinese))).toEqual([]);
  });

  it('have words whose sentences are literals, so that the table can hold them', () => {
    expect(untranslatable()).toEqual([]);
  });

  it('have none that is no longer used', () => {
    expect(without(Object.keys(chinese), used)).toEqual([]);
  });

  it('fill in the same places', () => {
    const wrong = Object.entries(chinese).filter(
      ([en, zh]) => placeholders(en).join() !== placeholders(zh).join(),
    );
    expect(wrong).toEqual([]);
  });

  it('say really everything of the manifest', () => {
    const [english, translated] = [readTable('package.nls.json'), readTable('package.nls.zh-cn.json')];
    const manifest = readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8');
    const named = [...new Set([...manifest.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key))].sort();
    expect(Object.keys(english).sort()).toEqual(named);
    expect(Object.keys(translated).sort()).toEqual(named);
  });
});

describe('a problem', () => {
  const table = readTable('media/l10n/bundle.l10n.zh-cn.json');
  const chinese = (text: string): string[] =>
    parseExperiment(text, { file: 'a.train.yaml' }).problems.map(
      (problem) => translateProblem(problem, createTranslate(table)).message,
    );

  it('is in the reader’s language, whatever sentences it is made of', () => {
    expect(chinese('data: d.yaml\nlr0: 2')).toEqual(['应为大于 0 且不超过 1 的数字，但得到 2']);
    expect(chinese('data: d.yaml\nwarmup_epoch: 2')).toEqual(['未知的键；是否想写 warmup_epochs？']);
  });

  it('of advice is whole in Chinese, with its reason', () => {
    const { experiment } = parseExperiment('data: d.yaml\nlr0: 0.1\nwarmup_epochs: 0', {
      file: 'a.train.yaml',
    });
    const counts = { images: 512, classes: 6 };
    const { schedule } = scheduleOf(experiment!, counts);
    for (const { words, reason } of advise({ experiment: experiment!, schedule, counts })) {
      expect(say(words, createTranslate(table))).toMatch(/\p{Script=Han}/u);
      expect(say(reason, createTranslate(table))).toMatch(/。$/);
    }
  });
});
