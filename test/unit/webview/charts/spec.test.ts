import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { type Words, words } from '../../../../src/base/words';
import { createViewSession } from '../../../../src/protocol/dashboard/session';
import type { ChartId, Lens } from '../../../../src/protocol/dashboard/types';
import { type ChartTheme, chartSpec, tableOf, withAlpha } from '../../../../webview/charts/spec';
import { describeX, formatX } from '../../../../webview/charts/ticks';
import { rangeAfterKey } from '../../../../webview/charts/zoom';
import { sparkPath } from '../../../../webview/side/spark';
import { applyUpdate, emptyModel, type PageModel, type Plot } from '../../../../webview/state/model';
import {
  defaultPreferences,
  isShown,
  readPreferences,
  toggle,
  toggleShown,
  withAxis,
  withZoom,
} from '../../../../webview/state/preferences';
import { plannedOf, type SyntheticOptions, syntheticState } from '../../../helpers/synthetic-run';

const theme: ChartTheme = {
  foreground: '#cccccc',
  muted: '#999999',
  background: '#1f1f1f',
  hover: '#202020',
  hoverBorder: '#454545',
  font: 'sans-serif',
  colours: {
    blue: '#3794ff',
    red: '#f14c4c',
    green: '#89d185',
    purple: '#b180d7',
    yellow: '#cca700',
    grey: '#9d9d9d',
  },
  isHighContrast: false,
};

function modelOf(options: SyntheticOptions, assumed: readonly Words[] = []): PageModel {
  const session = createViewSession();
  const chart = { width: 40 };
  const lens: Lens = {
    axis: 'epoch',
    smoothing: 0.9,
    charts: { lr: chart, loss: chart, map: chart, pr: chart, timing: chart, speed: chart },
    rows: 50,
  };
  session.open(lens);
  const state = syntheticState(options);
  const update = session.update({
    state,
    planned: { ...plannedOf(options), assumed },
    presence: undefined,
    now: state.run!.created,
    t: createTranslate(),
  });
  return applyUpdate(emptyModel, update!)!;
}

const young = { epochs: 10, stepsPerEpoch: 20, steps: 90, warmupEpochs: 2 };
const plotOf = (id: ChartId, options: SyntheticOptions = young): Plot => modelOf(options).plots.get(id)!;

/** Numbers rounded to what a person can see, so that the snapshot says what is drawn. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, v) => (typeof v === 'number' ? Number(v.toPrecision(4)) : v)));

describe('charts as data', () => {
  for (const id of ['lr', 'loss', 'map', 'pr', 'timing', 'speed'] as const) {
    it(`${id} of a young run`, async () => {
      const { theme: _, formatY: __, ...spec } = chartSpec(plotOf(id), defaultPreferences, theme);
      await expect(`${JSON.stringify(rounded(spec), null, 1)}\n`).toMatchFileSnapshot(
        `../../../fixtures/chart-specs/${id}.json`,
      );
    });
  }

  it('a loss that blows up leaves through the top', () => {
    const calm = chartSpec(plotOf('loss'), defaultPreferences, theme);
    const blown = chartSpec(plotOf('loss', { ...young, end: 'diverged' }), defaultPreferences, theme);
    expect(calm.y.top).toBeUndefined();
    expect(blown.y.top).toBeLessThan(100);
  });

  it('hidden series stay in the chart, hidden', () => {
    const plot = plotOf('loss');
    const [box] = plot.series.filter((s) => s.label === 'box');
    const spec = chartSpec(plot, toggleShown(defaultPreferences, 'loss', box), theme);
    expect(spec.lines.filter((line) => line.hidden).map((line) => line.label)).toEqual(['box']);
  });

  it('parameter groups but the first are shown on demand', () => {
    const hidden = chartSpec(plotOf('lr'), defaultPreferences, theme).lines.filter((line) => line.hidden);
    expect(new Set(hidden.map((line) => line.label))).toEqual(new Set(['norm', 'bias']));
  });

  it('high contrast has no faint lines', () => {
    const alphaOf = (contrast: boolean): number => {
      const spec = chartSpec(plotOf('loss'), defaultPreferences, { ...theme, isHighContrast: contrast });
      return Number.parseInt(spec.lines.find((line) => !line.inTooltip)!.colour.slice(7), 16) / 255;
    };
    expect(alphaOf(true)).toBeGreaterThan(alphaOf(false));
    expect(withAlpha('rgb(1, 2, 3)', 0.5)).toBe('color-mix(in srgb, rgb(1, 2, 3) 50%, transparent)');
  });
});

describe('the page', () => {
  it('asks anew when an update is missing', () => {
    const model = { ...emptyModel, seq: 3 };
    const update = { reset: false, sections: {}, charts: [] };
    expect(applyUpdate(model, { ...update, seq: 4 })?.seq).toBe(4);
    expect(applyUpdate(model, { ...update, seq: 5 })).toBeUndefined();
    expect(applyUpdate(model, { ...update, seq: 0, reset: true })?.seq).toBe(0);
  });

  it('hangs new points onto the series that it has', () => {
    const model = modelOf(young);
    const before = model.plots.get('loss')!.series[0].points.length;
    const tail = { key: 'raw:total', x: Float64Array.of(4.55), y: Float64Array.of(1.25) };
    const charts = [{ kind: 'append', id: 'loss', summary: 'now', series: [tail] }] as const;
    const next = applyUpdate(model, { seq: 1, reset: false, sections: {}, charts })!;
    const { points } = next.plots.get('loss')!.series[0];
    expect(points.length).toBe(before + 1);
    expect(points.at(-1)).toEqual({ x: 4.55, y: 1.25 });
  });

  it('keeps what a person chose, and mends what an older page kept', () => {
    const chosen = toggle(
      withZoom({ ...defaultPreferences, tab: 'log' }, { from: 1, to: 2 }),
      'logY',
      'loss',
    );
    expect(readPreferences({ preferences: chosen })).toEqual(chosen);
    expect(readPreferences({ preferences: { axis: 'weeks' } })).toEqual(defaultPreferences);
    expect(readPreferences(undefined)).toEqual(defaultPreferences);
    expect(withAxis(chosen, 'step').zoom).toBeUndefined();
    const perChart = { ...chosen, zoom: { loss: { from: 1, to: 2 } } };
    expect(readPreferences({ preferences: perChart })).toEqual({ ...chosen, zoom: undefined });
    expect(isShown(chosen, 'lr', { label: 'bias', optional: true })).toBe(false);
  });

  it('zooms and pans by keyboard', () => {
    const check = (key: string, expected: unknown) =>
      expect(rangeAfterKey(key, { from: 10, to: 20 })).toEqual(expected);
    check('+', { from: 12.5, to: 17.5 });
    check('-', { from: 5, to: 25 });
    check('ArrowRight', { from: 12.5, to: 22.5 });
    check('Escape', 'all');
    check('x', undefined);
  });

  it('gives every chart as a table', () => {
    const table = tableOf(plotOf('map'), defaultPreferences, 'epoch');
    expect(table.head).toEqual(['epoch', 'mAP50', 'EMA 5', 'mAP50-95']);
    expect(table.rows.map((row) => row[0])).toEqual([1, 2, 3]);
  });

  it('labels axes shortly and tooltips in words', () => {
    expect([
      formatX(62_500, 'step'),
      formatX(1_250_000, 'step'),
      formatX(3661, 'time'),
      formatX(2.5, 'epoch'),
    ]).toEqual(['62.5k', '1.25M', '1:01:01', '2.5']);
    expect(describeX(1200, 'step', { epoch: 'epoch', step: 'step' })).toBe('step 1,200');
  });

  it('marks every step of a run whose length is assumed', () => {
    const made = modelOf({ epochs: 3, stepsPerEpoch: 50 }, [words('the images could not be counted')]);
    const plot = made.plots.get('lr')!;
    expect(plotOf('lr').assumed).toBeUndefined();
    const { kind } = chartSpec(plot, { ...defaultPreferences, axis: 'step' }, theme).x;
    expect([0, 5000, 88_716].map((step) => formatX(step, kind))).toEqual(['0', '~5,000', '~88.7k']);
    expect(describeX(88_716, kind, { epoch: 'epoch', step: 'step' })).toBe('step ~88,716');
    expect(chartSpec(plot, { ...defaultPreferences, axis: 'epoch' }, theme).x.kind).toBe('epoch');
  });

  it('draws sparklines of nothing, one value and many', () => {
    expect(sparkPath([], 100, 28)).toBe('');
    expect(sparkPath([3], 100, 28)).toBe('M0 26.0H100');
    expect(sparkPath([0, 1], 100, 28)).toBe('M0.0 26.0L100.0 2.0');
  });
});

it('a plan that was changed during the run is drawn dashed and grey behind the new one', () => {
  const original = plannedOf(young);
  const session = createViewSession();
  session.open({ axis: 'step', smoothing: 0.9, charts: { lr: { width: 40 } }, rows: 50 });
  const state = syntheticState(young);
  const planned = {
    ...original,
    lrAt: (step: number, group: number) => original.lrAt(step, group) / 2,
    original,
  };
  const update = session.update({ state, planned, presence: undefined, now: 0, t: createTranslate() });
  const plot = applyUpdate(emptyModel, update!)!.plots.get('lr')!;
  const { lines } = chartSpec(plot, { ...defaultPreferences, axis: 'step' }, theme);
  const [before, after] = ['original:weights', 'planned:weights'].map(
    (key) => lines.find((l) => l.key === key)!,
  );
  expect(lines.indexOf(before)).toBeLessThan(lines.indexOf(after));
  expect([before.dash, after.dash].every((dash) => dash.length > 0)).toBe(true);
  expect(before.label).toBe('planned at first');
  expect(before.colour).toBe(withAlpha(theme.colours.grey, 0.9));
  const at = ({ points }: typeof before) => points.at(-1)!.y;
  expect(at(before)).toBeCloseTo(2 * at(after), 12);
});
