import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslate } from '../../../src/base/translate';
import { inEnglish, say } from '../../../src/base/words';
import { NOT_JUDGED } from '../../../src/domain/compare/sentences';
import { compareMany } from '../../../src/engine/compare/compare-many';
import { readState } from '../../../src/engine/compare/run-detections';
import { reportHtml } from '../../../src/engine/report/report-html';
import { bestText, verdictOf } from '../../../src/protocol/dashboard/verdict';
import { writeJudgedRun } from '../../helpers/judged-run';
import { repositoryRoot } from '../../helpers/shared';
import { cli } from '../cli/harness';

// Of four images nothing is known, not even that two runs cannot be told apart: said in the same words everywhere.

const IMAGES = 4;
const WORDS = 'not judged: fewer than 5 val images or groups of them';
const chinese = createTranslate(
  JSON.parse(readFileSync(path.join(repositoryRoot, 'media/l10n/bundle.l10n.zh-cn.json'), 'utf8')),
);

let root = '';
const at = (name: string): string => path.join(root, 'runs', name);
const NAMES = ['a', 'b', 'c'];

/** The draws of an epoch, and that it was compared with the best before it. */
function writeVerdicts(dir: string, map: number): void {
  const maps = Array.from({ length: 50 }, (_, i) => map + 0.01 * (i % 5));
  const drawn = (epoch: number) => ({ type: 'drawn', t: 5, epoch, key: 'k', units: IMAGES, map, maps });
  const versusBest = { epoch: 2, difference: -0.3, low: -1, high: 1, probabilityBetter: 0.5 };
  const judged = { isWorse: true, among: 2 };
  const compared = { type: 'compared', t: 6, epoch: 3, versusBest: { ...versusBest, judged } };
  for (const line of [drawn(2), drawn(3), compared])
    appendFileSync(path.join(dir, 'validation.jsonl'), `${JSON.stringify(line)}\n`);
}

beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-too-few-'));
  for (const [i, name] of NAMES.entries()) {
    const run = { name, shift: 4 * i, map: 0.6 - 0.2 * i, images: IMAGES, epochs: { 3: 0.3 } };
    writeVerdicts(writeJudgedRun(path.join(root, 'runs'), run), run.map);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('too few val images are not judged', () => {
  it('in a table of several runs, of which none is called the highest', async () => {
    const { out } = await cli(['compare', ...NAMES], root);
    expect(out.match(new RegExp(`^[BC] .* ${WORDS}$`, 'gm'))).toHaveLength(2);
    expect(out).not.toMatch(/told apart|^highest/m);
  });

  it('in a list with a baseline', async () => {
    const { out } = await cli(['list', '--baseline', 'a'], root);
    expect(out.match(new RegExp(`${WORDS}$`, 'gm'))).toHaveLength(2);
    expect(out).not.toContain('told apart');
  });

  it('in a report, in both languages', async () => {
    const many = await compareMany(
      NAMES.map((text) => ({ text, dir: at(text), epoch: undefined })),
      0,
    );
    for (const t of [createTranslate(), chinese])
      expect(reportHtml(many, { t, now: 0, version: '1' })).toContain(say(NOT_JUDGED, t));
    expect(inEnglish(NOT_JUDGED)).toBe(WORDS);
    expect(say(NOT_JUDGED, chinese)).toMatch(/\p{Script=Han}.*5/u);
  });

  it('by a gate, which is undecided and blames no noise', async () => {
    const { code, out } = await cli(['check', 'c', '--against', 'a'], root);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(`undecided not worse than a: a and c are ${WORDS}`),
    ]);
    expect(out).not.toContain('noise');
  });

  it('beside the best of a run, even if an earlier Pitwall had called one worse', async () => {
    const state = await readState(at('a'));
    const validated = state.validations.get(3);
    if (!validated) throw new Error('epoch 3 was validated');
    const t = createTranslate();
    expect(verdictOf(state, validated, t)).toEqual({
      text: `−0.3000 against epoch 2, ${WORDS}`,
      tone: 'quiet',
    });
    expect(bestText(state, t)).toBe(`best 0.600, epoch 2: ${WORDS}`);
  });
});
