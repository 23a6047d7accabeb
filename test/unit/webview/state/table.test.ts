import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { inEnglish } from '../../../../src/base/words';
import { createTableSession } from '../../../../src/protocol/runs-table/session';
import {
  defaultTable,
  readTablePreferences,
  type TablePreferences,
  withColumn,
  withColumnMoved,
  withSort,
} from '../../../../webview/state/table-preferences';
import {
  applyTableUpdate,
  emptyTable,
  factsOfTable,
  type TableModel,
  viewOfTable,
} from '../../../../webview/state/table-view';
import { tableRuns } from '../../../helpers/table-runs';

function modelOf(count: number): TableModel {
  const session = createTableSession(createTranslate());
  session.open();
  const update = session.update(tableRuns(count));
  const model = update && applyTableUpdate(emptyTable, update);
  if (!model) throw new Error('no model');
  return model;
}

function names(count: number, wish: Partial<TablePreferences>): unknown[] {
  const model = modelOf(count);
  const view = viewOfTable(model, { ...defaultTable, ...wish }, factsOfTable(model));
  return view.runs.map(({ row }) => row.get('name'));
}

describe('the table of runs', () => {
  it('is newest first, without what is archived', () => {
    expect(names(3, {})).toEqual(['sweep-1', 'sweep-2', 'sweep-3']);
    expect(names(10, {})).not.toContain('sweep-10');
    expect(names(10, { archived: true })).toContain('sweep-10');
  });

  it('is filtered by the language of list --where, and says what is wrong with a filter', () => {
    expect(names(6, { where: 'lr0 > .01 and state = completed' })).toEqual([
      'pcb-inspection-line-4-with-mosaic-4',
    ]);
    expect(names(6, { where: 'mosaic' })).toEqual(['pcb-inspection-line-4-with-mosaic-4']);
    const model = modelOf(3);
    const view = viewOfTable(model, { ...defaultTable, where: 'lro > 1' }, factsOfTable(model));
    expect(view.problem && inEnglish(view.problem)).toBe('no run has lro, did you mean lr0?');
    expect(view.runs).toHaveLength(3);
  });

  it('is grouped under headings with the best of each group', () => {
    const model = modelOf(6);
    const wish = { ...defaultTable, group: 'batch' };
    const { items } = viewOfTable(model, wish, factsOfTable(model));
    const shown = items.map((item) =>
      item.kind === 'group' ? `${item.key} ${item.value}: ${item.count}` : item.run.row.get('name'),
    );
    expect(shown.slice(0, 4)).toEqual([
      'batch 8: 2',
      'sweep-1',
      'pcb-inspection-line-4-with-mosaic-4',
      'batch 16: 2',
    ]);
    const best = items.find((item) => item.kind === 'group');
    const maps = tableRuns(6).map((run) => run.status?.progress?.best?.map ?? 0);
    expect(best?.kind === 'group' && best.best).toBe(Math.max(maps[0], maps[3]));
  });

  it('shows at first what was varied', () => {
    const model = modelOf(12);
    const { columns } = viewOfTable(model, defaultTable, factsOfTable(model));
    expect(columns).toEqual(
      expect.arrayContaining(['state', 'map', 'batch', 'seed', 'lr0', 'started', 'tags', 'notes']),
    );
    expect(columns).not.toContain('momentum');
  });

  it('opens again after a gap', () => {
    const update = { seq: 5, reset: false, rows: [], gone: [], whole: true };
    expect(applyTableUpdate(emptyTable, update)).toBeUndefined();
  });
});

describe('what a person chose of it', () => {
  it('turns an order round, and adds keys', () => {
    const byMap = withSort(defaultTable, 'map', false);
    expect(byMap.sort).toEqual([{ key: 'map', descending: true }]);
    expect(withSort(byMap, 'map', false).sort).toEqual([{ key: 'map', descending: false }]);
    expect(withSort(byMap, 'name', true).sort.map(({ key }) => key)).toEqual(['map', 'name']);
  });

  it('shows, hides and moves columns', () => {
    expect(withColumn(defaultTable, ['map', 'lr0'], 'map').columns).toEqual(['lr0']);
    expect(withColumn(defaultTable, ['map'], 'git').columns).toEqual(['map', 'git']);
    const moved = withColumnMoved(defaultTable, ['map', 'lr0'], { key: 'lr0', by: -1 });
    expect(moved.columns).toEqual(['lr0', 'map']);
    expect(withColumnMoved(moved, ['lr0', 'map'], { key: 'lr0', by: -1 })).toBe(moved);
  });

  it('comes back after a reload, unless it is of another shape', () => {
    const kept = withSort(defaultTable, 'map', false);
    expect(readTablePreferences({ preferences: kept })).toEqual(kept);
    expect(readTablePreferences({ preferences: { sort: 'map' } })).toEqual(defaultTable);
    expect(readTablePreferences(undefined)).toEqual(defaultTable);
  });
});
