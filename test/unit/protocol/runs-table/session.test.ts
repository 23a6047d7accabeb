import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { createTableSession } from '../../../../src/protocol/runs-table/session';
import { tableRuns } from '../../../helpers/table-runs';

const session = () => {
  const made = createTableSession(createTranslate());
  made.open();
  return made;
};

describe('what the page of all runs is sent', () => {
  it('comes in pieces, and says with the last one that it is whole', () => {
    const made = session();
    const runs = tableRuns(600);
    const pieces = [made.update(runs), made.update(runs), made.update(runs)];
    expect(pieces.map((piece) => piece?.rows.length)).toEqual([250, 250, 100]);
    expect(pieces.map((piece) => [piece?.seq, piece?.reset, piece?.whole])).toEqual([
      [0, true, false],
      [1, false, false],
      [2, false, true],
    ]);
    expect(made.update(runs)).toBeUndefined();
  });

  it('is a run that changed, and nothing of one that was only read again', () => {
    const made = session();
    const runs = tableRuns(3);
    made.update(runs);
    const again = runs.map((run) => ({ ...run }));
    expect(made.update(again)).toBeUndefined();
    const changed = { ...again[1], meta: { title: 'Night' } };
    expect(made.update([again[0], changed, again[2]])?.rows.map(({ cells }) => cells.title)).toEqual([
      'Night',
    ]);
  });

  it('names what is gone, and tells everything again to a page that lost count', () => {
    const made = session();
    const runs = tableRuns(3);
    made.update(runs);
    expect(made.update(runs.slice(1))?.gone).toEqual([runs[0].dir]);
    made.open();
    const update = made.update(runs.slice(1));
    expect([update?.reset, update?.rows.length, update?.gone]).toEqual([true, 2, []]);
  });

  it('has the state in words, and of a long note the beginning', () => {
    const [run] = tableRuns(1);
    const long = { ...run, meta: { notes: 'x'.repeat(1000) } };
    const row = session().update([long])?.rows[0];
    expect([row?.state, row?.tone, row?.cells.lr0, row?.cells.map]).toEqual([
      'Training',
      'live',
      0.001,
      run.status?.progress?.best?.map,
    ]);
    expect(String(row?.cells.notes)).toHaveLength(401);
  });
});
