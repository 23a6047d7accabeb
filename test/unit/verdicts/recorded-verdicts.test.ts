import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapeHtml } from '../../../src/base/html';
import { createTranslate, type Translate } from '../../../src/base/translate';
import { inEnglish, say, type Words } from '../../../src/base/words';
import { againstBaseline } from '../../../src/domain/compare/sentences';
import { verdictSentences } from '../../../src/domain/compare/verdict-sentences';
import { SAMPLING_ONLY } from '../../../src/domain/compare/warnings';
import { formatDifference } from '../../../src/domain/display/format';
import { compareMany } from '../../../src/engine/compare/compare-many';
import { type BoxesCompared, compareOpened } from '../../../src/engine/compare/compare-runs';
import { openAsked } from '../../../src/engine/compare/evidence';
import { readState } from '../../../src/engine/compare/run-detections';
import { reportHtml } from '../../../src/engine/report/report-html';
import type { ViewInput } from '../../../src/protocol/dashboard/input';
import { comparisonOf } from '../../../src/protocol/dashboard/run-comparison';
import { tilesOf } from '../../../src/protocol/dashboard/tiles';
import { standingSentence } from '../../../src/run/standing';
import { repositoryRoot } from '../../helpers/shared';
import { unpackVerdictRuns } from '../../helpers/verdict-runs';
import { cli } from '../cli/harness';

// Real runs of the example: what is said of them is the same on a terminal, on a page and in a report, in both languages.

const NAMES = { a: 'A', b: 'B' };
const english = createTranslate();
const chinese = createTranslate(
  JSON.parse(readFileSync(path.join(repositoryRoot, 'media/l10n/bundle.l10n.zh-cn.json'), 'utf8')),
);
const LANGUAGES: readonly [string, Translate][] = [
  ['English', english],
  ['Chinese', chinese],
];

let root = '';
beforeAll(() => {
  root = unpackVerdictRuns();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** As a user names it: a run, and perhaps its epoch. */
function asked(text: string) {
  const [name, epoch] = text.split('@');
  const at = epoch === undefined ? undefined : Number(epoch);
  return { text, dir: path.join(root, 'runs', name), epoch: at };
}

async function judge(a: string, b: string): Promise<BoxesCompared> {
  const found = await compareOpened(await openAsked(asked(a)), await openAsked(asked(b)));
  if (found.kind !== 'boxes') throw new Error(`${a} and ${b} are not compared by their boxes`);
  return found;
}

async function view(name: string, t: Translate): Promise<ViewInput> {
  const state = await readState(path.join(root, 'runs', name.split('@')[0]));
  return { state, planned: undefined, presence: undefined, now: 0, t };
}

const numbersIn = (text: string): string[] => (text.match(/\d+(\.\d+)?/g) ?? []).sort();

type Pair = {
  readonly what: string;
  readonly a: string;
  readonly b: string;
  readonly verdict: RegExp;
  /** Of the sentences after it. */
  readonly more: RegExp;
};

const PAIRS: readonly Pair[] = [
  {
    what: 'a recipe that learns too slowly, three seeds and two',
    a: 'base-0',
    b: 'slow-0',
    verdict: /^on images like these A's boxes are better by \+0\.\d{4} \(95 %: \+0\.\d{4} to \+0\.\d{4}\)$/,
    more: /n = 3 and 2 seeds/,
  },
  {
    what: 'two seeds of one recipe',
    a: 'base-0',
    b: 'base-1',
    verdict: /^on images like these /,
    more: /both runs are of one recipe: (what difference there is comes from the luck|that [AB] is better is the luck).*; n = 3 seeds/,
  },
  {
    what: 'two epochs of one run',
    a: 'base-0@4',
    b: 'base-0@5',
    verdict: /^on images like these /,
    more: /both are of one recipe, at other epochs/,
  },
  {
    what: 'one checkpoint twice',
    a: 'base-0@5',
    b: 'base-0@5',
    verdict: /^A and B are one and the same checkpoint$/,
    more: /^/,
  },
  {
    what: 'an epoch that was asked for',
    a: 'slow-0@4',
    b: 'base-1@4',
    verdict: /^on images like these /,
    more: /of each run its epoch 4 counts/,
  },
];

describe.each(PAIRS)('$what: $a and $b', ({ a, b, verdict, more }) => {
  it('have one verdict, printed by the command line', async () => {
    const { compared } = await judge(a, b);
    const sentences = verdictSentences(compared, NAMES).map(inEnglish);
    expect(sentences[0]).toMatch(verdict);
    expect(sentences.join('\n')).toMatch(more);
    const { out } = await cli(['compare', a, b], root);
    for (const sentence of sentences) expect(out).toContain(sentence);
  });

  it.each(LANGUAGES)('and shown on the page: %s', async (_language, t) => {
    const { compared } = await judge(a, b);
    const page = {
      ...(await view(a, t)),
      other: await view(b, t),
      comparison: comparisonOf(compared, NAMES),
    };
    const notes = tilesOf(page).find(({ id }) => id === 'difference')?.notes ?? [];
    const sentences = verdictSentences(compared, NAMES).map((one) => say(one, t));
    expect(notes.slice(0, sentences.length).map(({ text }) => text)).toEqual(sentences);
    // Nothing of English is left but names, and each number of it is there.
    if (t !== chinese) return;
    for (const [i, one] of verdictSentences(compared, NAMES).entries()) {
      expect(sentences[i]).toMatch(/\p{Script=Han}/u);
      expect(numbersIn(sentences[i])).toEqual(numbersIn(inEnglish(one)));
    }
  });

  it.each(LANGUAGES)('and in the report: %s', async (_language, t) => {
    const many = await compareMany([asked(a), asked(b)], 0);
    const { against } = many.runs[1];
    if (against.kind !== 'judged') throw new Error(`${a} and ${b} are not judged`);
    const html = reportHtml(many, { t, now: 0, version: '1' });
    const { compared } = await judge(a, b);
    expect(against.map).toBe(compared.comparison.map);
    for (const said of [againstBaseline(against), against.ground, SAMPLING_ONLY])
      expect(html).toContain(escapeHtml(say(said, t)));
    expect(html).toContain(formatDifference(against.map));
    // The table of the command line has the same word in the same row.
    const { out } = await cli(['compare', a, b, '--baseline', a], root);
    expect(out).toContain(inEnglish(againstBaseline(against)));
    expect(out).toContain(inEnglish(against.ground));
  });
});

describe('what the best checkpoint of a run is worth', () => {
  const standing = async (name: string): Promise<Words> => {
    const said = standingSentence(await readState(path.join(root, 'runs', name)));
    if (!said) throw new Error(`${name} has no other checkpoints`);
    return said;
  };

  it.each(['base-0', 'slow-1'])('is one sentence everywhere: %s', async (name) => {
    const said = await standing(name);
    expect(inEnglish(said)).toMatch(
      /^(all 4 others are worse|[1-4] of the 4 others cannot be told from it: )/,
    );
    expect((await cli(['show', name], root)).out).toContain(inEnglish(said));
    for (const [, t] of LANGUAGES) {
      const tile = tilesOf(await view(name, t)).find(({ id }) => id === 'map');
      expect(tile?.notes.map(({ text }) => text).join('\n')).toContain(say(said, t));
      const many = await compareMany([asked(name)], 0);
      expect(reportHtml(many, { t, now: 0, version: '1' })).toContain(escapeHtml(say(said, t)));
    }
  });
});
