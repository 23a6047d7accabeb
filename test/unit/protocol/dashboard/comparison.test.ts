import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
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

  it('of the same name are told apart', () => {
    expect(headerOf({ ...first, other: first }).compared).toEqual(['first', 'first (2)']);
  });

  it('have their bests, the difference with its judgement, and what each took', () => {
    const comparison = { difference: 0.03, low: 0.01, high: 0.05, probabilityBetter: 0.99 };
    const tiles = tilesOf({ ...both, comparison });
    expect(tiles.map((tile) => tile.id)).toEqual(['first', 'second', 'difference', 'time']);
    expect(tiles[2]).toMatchObject({
      value: '+0.030',
      notes: [{ text: 'second is better · P 99 % · 95 % within +0.010 … +0.050', tone: 'good' }],
    });
    expect(tiles[3].notes[0].text).toMatch(/^first took /);
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
