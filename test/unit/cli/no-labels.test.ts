import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeJudgedRun } from '../../helpers/judged-run';
import { cli, lines } from './harness';

const REASON = 'the val set has no labels: there is no mAP';

let dir = '';
/** `was`: as an earlier Pitwall wrote it, which called 0 the best; `now` has the keeper's mark. */
beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-no-labels-'));
  const runs = path.join(dir, 'runs');
  writeJudgedRun(runs, { name: 'was', shift: 0, map: 0 });
  const now = writeJudgedRun(runs, { name: 'now', shift: 0, map: 0 });
  const file = path.join(now, 'status.json');
  const { progress, ...status } = JSON.parse(readFileSync(file, 'utf8'));
  const { best, ...others } = progress;
  writeFileSync(file, JSON.stringify({ ...status, progress: { ...others, unlabelled: true } }));
  writeFileSync(path.join(now, 'keeper.jsonl'), '');
  writeJudgedRun(runs, { name: 'other', shift: 0, map: 0.5 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('of a val set without a single label there is no mAP', () => {
  it.each(['was', 'now'])('show and export have neither a number nor a best (%s)', async (run) => {
    const shown = await cli(['show', run], dir);
    expect(lines(shown.out).filter((line) => /best|mAP/.test(line))).toEqual([
      'epoch  mAP50-95  mAP50  P  R',
      `best: none, ${REASON}`,
    ]);
    const found = JSON.parse((await cli(['show', run, '--json'], dir)).out);
    expect([found.best, found.noBest, found.validations[0].map]).toEqual([null, REASON, 'NaN']);
  });
  it('list names the reason in place of a number', async () => {
    const { out } = await cli(['list'], dir);
    expect(lines(out).find((line) => line.startsWith('now'))).toContain('no labels');
  });
  it.each(['was', 'now'])('report gives the reason (%s)', async (run) => {
    await cli(['report', run, '--out', 'page.html', '--no-images'], dir);
    const page = readFileSync(path.join(dir, 'page.html'), 'utf8');
    expect(page).toContain(REASON);
    expect(page).not.toContain('0.000');
  });
  it.each(['was', 'now', 'was@2'])('no floor is reached, and check says why (%s)', async (run) => {
    const { code, out } = await cli(['check', run, '--min', 'map=0', '--min', 'recall=0'], dir);
    expect([code, lines(out)]).toEqual([
      1,
      [`FAILED    map >= 0: ${REASON}`, `FAILED    recall >= 0: ${REASON}`],
    ]);
  });
});
