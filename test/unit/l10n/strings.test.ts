import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectStrings } from '../../helpers/collect-strings';
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

  it('have none that nobody says any more', () => {
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
