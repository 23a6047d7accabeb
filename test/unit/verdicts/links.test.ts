import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATISTICS_PAGE } from '../../../src/domain/display/statistics-page';
import { slashed } from '../../helpers/platform';
import { repositoryRoot } from '../../helpers/shared';
import { unpackVerdictRuns } from '../../helpers/verdict-runs';
import { cli } from '../cli/harness';

// Wherever a verdict is shown there is a way to the paragraph that says what it means.

/** Folders in which something is shown. */
const SHOWING = ['src/cli', 'src/extension', 'src/engine/report', 'src/protocol/dashboard', 'webview'];

/** What makes the words of a verdict, an alarm or the end of a run. */
const VERDICTS =
  /\b(boxesSentence|metricSentence|verdictSentences|drawnSentences|saidVerdict|saidOfDrawn|againstBaseline|verdictOf|bestText|standingSentence|bestSentence|recipeSentence|describeRange|describeSeveral|alertText|lackSentence|judgedCells|verdictLines)\(/;

/** What leads to a paragraph: a line, a link in a hover, or the topic that a page makes a button of. */
const LINKS =
  /\b(explainedLine|explainAction|explainedTooltip|topicOfAlarm|topicOfEnd|STATISTICS_PAGE|pitwall\.explainNumbers)\b|topic: '/;

/** Parts of what another file shows, which has the link. */
const WITHIN: Readonly<Record<string, string>> = {
  'src/cli/commands/check.ts': 'src/cli/commands/check.ts',
  'src/cli/compare/drawn-lines.ts': 'src/cli/commands/compare.ts',
  'src/cli/compare/lines.ts': 'src/cli/commands/compare.ts',
  'src/cli/compare/many-lines.ts': 'src/cli/commands/compare.ts',
  'src/cli/list/lines.ts': 'src/cli/commands/list.ts',
  // The topic of a tile and of the table of checkpoints is that of all that it says: TILE_TOPICS, webview/panel/tables.ts.
  'src/protocol/dashboard/checkpoint-rows.ts': 'webview/panel/tables.ts',
  // The log repeats what the sentences above it say.
  'src/protocol/dashboard/sections.ts': 'src/protocol/dashboard/sentences.ts',
  'src/protocol/dashboard/tiles.ts': 'webview/panel/header.ts',
  'src/protocol/dashboard/verdict.ts': 'webview/panel/header.ts',
  'src/extension/pages/range-html.ts': 'src/extension/pages/range-page.ts',
  'webview/table/cells.ts': 'webview/table/main.ts',
};

const textOf = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');

function filesOf(folder: string): string[] {
  const all = readdirSync(path.join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' });
  return all.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
}

const showing = SHOWING.flatMap(filesOf).filter((file) => VERDICTS.test(textOf(file)));
const page = textOf(STATISTICS_PAGE);
const anchors = [...page.matchAll(/^#{2,3} (.+)$/gm)].map(([, title]) =>
  title.toLowerCase().replaceAll(',', '').replaceAll(' ', '-'),
);

describe('every file that shows a verdict', () => {
  it.each(showing)('%s has a link to its paragraph, or is within one that has', (file) => {
    const linking = WITHIN[file] ?? file;
    expect(textOf(linking)).toMatch(LINKS);
  });

  it('is among those looked at, and no entry is left of one that is not', () => {
    expect(showing.length).toBeGreaterThan(20);
    expect(Object.keys(WITHIN).filter((file) => !showing.includes(file))).toEqual([]);
  });
});

let root = '';
beforeAll(() => {
  root = unpackVerdictRuns();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it.each([
  ['two runs', ['compare', 'base-0', 'slow-0'], ['difference', 'classes', 'recipes']],
  ['several', ['compare', 'base-0', 'base-1', 'slow-0'], ['several-runs-and-a-gate']],
  ['a list', ['list', '--baseline', 'base-0'], ['several-runs-and-a-gate']],
  ['a gate', ['check', 'slow-0', '--against', 'base-0'], ['several-runs-and-a-gate']],
  ['a run', ['show', 'base-0'], ['best-checkpoint']],
] as const)('on a terminal %s is explained by paragraphs that there are', async (_, argv, topics) => {
  const { out } = await cli([...argv], root);
  const found = [...out.matchAll(/#([a-z-]+)/g)].map(([, anchor]) => anchor);
  expect(found).toEqual([...topics]);
  expect(slashed(out)).toContain(STATISTICS_PAGE);
  expect(found.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
});

it('a report names a paragraph that there is', () => {
  const named = [...textOf('src/engine/report/report-html.ts').matchAll(/STATISTICS_PAGE\}#([a-z-]+)/g)];
  expect(named.map(([, anchor]) => anchors.includes(anchor))).toEqual([true]);
});
