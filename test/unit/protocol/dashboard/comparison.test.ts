import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { words } from '../../../../src/base/words';
import { headerOf } from '../../../../src/protocol/dashboard/header';
import type { ViewInput } from '../../../../src/protocol/dashboard/input';
import { sectionsOf } from '../../../../src/protocol/dashboard/sections';
import { createViewSession } from '../../../../src/protocol/dashboard/session';
import { tilesOf } from '../../../../src/protocol/dashboard/tiles';
import { plannedOf, type SyntheticOptions, syntheticState } from '../../../helpers/synthetic-run';

const base = { epochs: 6, stepsPerEpoch: 20, steps: 120, warmupEpochs: 2, end: 'completed' } as const;

function run(title: string, options: SyntheticOptions, schedule: object): ViewInput {
  const plain = syntheticState(options);
  const file = plain.run;
  const resolved = { ...file?.experiment.resolved, schedule };
  const state = {
    ...plain,
    meta: { ...plain.meta, title },
    run: file && { ...file, experiment: { ...file.experiment, resolved } },
  } as ViewInput['state'];
  return { state, planned: plannedOf(options), presence: undefined, now: 0, t: createTranslate() };
}

const first = run('first', { ...base, seed: 3 }, { lr0: 0.01, cos_lr: true });
const second = run('second', { ...base, seed: 5, epochs: 9, steps: 180 }, { lr0: 0.02, cos_lr: true });
const both: ViewInput = { ...first, other: second };

describe('two runs on one page', () => {
  it('are headed by what tells them apart, not by the state of one', () => {
    expect(headerOf(both)).toMatchObject({
      name: 'first and second',
      compared: ['first', 'second'],
      state: 'comparison',
      stateLabel: '',
      progress: undefined,
      facts: ['epochs 6 → 9', 'lr0 0.01 → 0.02'],
    });
  });

  it('that are the same say so', () => {
    expect(headerOf({ ...first, other: first }).facts).toEqual(['same settings']);
  });

  it('of which one was given another learning rate by hand say so, though no setting differs', () => {
    const lrChanges = [{ step: 40, mode: 'hold', value: 0.005 }] as const;
    const steered: ViewInput = { ...first, state: { ...first.state, lrChanges } };
    const said = 'learning rate of first changed during the run';
    expect(headerOf({ ...steered, other: second }).facts).toEqual(['epochs 6 → 9', 'lr0 0.01 → 0.02', said]);
    expect(headerOf({ ...steered, other: first }).facts[0]).toBe('same settings');
    expect(headerOf({ ...second, other: steered }).facts.at(-1)).toBe(said);
  });

  it('of the same name are told apart', () => {
    expect(headerOf({ ...first, other: first }).compared).toEqual(['first', 'first (2)']);
  });

  it('have their bests, the difference with its judgement, and what each took', () => {
    const better = words("on images like these {0}'s boxes are better", 'second');
    const comparison = { difference: 0.03, notes: [{ words: better, tone: 'good' }] } as const;
    const tiles = tilesOf({ ...both, comparison });
    expect(tiles.map((tile) => tile.id)).toEqual(['first', 'second', 'difference', 'time']);
    expect(tiles[2]).toMatchObject({
      value: '+0.0300',
      notes: [{ text: "on images like these second's boxes are better", tone: 'good' }],
    });
    expect(tiles[3].notes[0].text).toMatch(/^first took /);
  });

  it('that cannot be compared say why, with both values', () => {
    const why = words('{0} differs: {1} for A, {2} for B', 'the split', 'val', 'test');
    const [, , difference] = tilesOf({
      ...both,
      comparison: { difference: undefined, notes: [{ words: why, tone: 'warning' }] },
    });
    expect(difference.value).toBe('–');
    expect(difference.notes).toEqual([{ text: 'the split differs: val for A, test for B', tone: 'warning' }]);
  });

  it('show each class of both', () => {
    const { classes } = sectionsOf(both, 50);
    expect(classes).toHaveLength(6);
    for (const row of classes) {
      expect(Number(row.difference?.replace('−', '-'))).toBeCloseTo(Number(row.ap) - Number(row.ap50), 2);
    }
  });

  it('draw one line each in every chart, over the longer of the two', () => {
    const session = createViewSession();
    const charts = Object.fromEntries(['lr', 'loss', 'map', 'speed'].map((id) => [id, { width: 400 }]));
    session.open({ axis: 'epoch', smoothing: 0.9, charts, rows: 50 });
    const update = session.update(both);
    expect(update?.charts).toHaveLength(4);
    for (const change of update?.charts ?? []) {
      if (change.kind !== 'replace') throw new Error('a first update replaces');
      const { series, to } = change.chart;
      expect(series.map(({ label, colour }) => [label, colour])).toEqual([
        ['first', 'blue'],
        ['second', 'yellow'],
      ]);
      expect(series.every(({ x }) => x.length > 0)).toBe(true);
      expect(to).toBe(9);
    }
  });
});
