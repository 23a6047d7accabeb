import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { Column } from '../../../../src/domain/run/columns';
import { createAxis } from '../../../../src/protocol/dashboard/axis';
import type { ViewInput } from '../../../../src/protocol/dashboard/input';
import { createViewSession } from '../../../../src/protocol/dashboard/session';
import type { Lens } from '../../../../src/protocol/dashboard/types';
import type { ViewUpdate } from '../../../../src/protocol/webview';
import { createRunState, reduceRun } from '../../../../src/run/reduce';
import type { RunState } from '../../../../src/run/state';
import { plannedOf, syntheticRun } from '../../../helpers/synthetic-run';

const options = { epochs: 10, stepsPerEpoch: 100, steps: 620, warmupEpochs: 2 };
const lens: Lens = {
  axis: 'step',
  smoothing: 0.9,
  charts: { lr: { width: 300 }, loss: { width: 300 }, map: { width: 300 } },
  rows: 50,
};

/** A run that is fed line by line to a session. */
function follow(upTo: number) {
  const { run, entries } = syntheticRun(options);
  let state: RunState = entries.slice(0, upTo).reduce(reduceRun, createRunState(run));
  const session = createViewSession();
  const planned = plannedOf(options);
  const now = run.created + 60_000;
  return {
    session,
    update: (): ViewUpdate | undefined =>
      session.update({ state, planned, presence: undefined, now, t: createTranslate() }),
    feed(lines: number) {
      state = entries.slice(upTo, upTo + lines).reduce(reduceRun, state);
    },
    restart() {
      const hello = { ...state.hello!, attempt: 2, fromStep: 100, t: state.hello!.t + 1 };
      state = reduceRun(state, { source: 'events', value: hello });
    },
  };
}

const kinds = (update: ViewUpdate | undefined) =>
  update?.charts.map((c) => (c.kind === 'append' ? `append ${c.id}` : `replace ${c.chart.id}`));

describe('the updates of a page', () => {
  it('begins with everything, counted from 0', () => {
    const run = follow(250);
    run.session.open(lens);
    const first = run.update();
    expect(first).toMatchObject({ seq: 0, reset: true });
    expect(Object.keys(first!.sections)).toEqual(
      expect.arrayContaining(['header', 'tiles', 'checkpoints', 'settings', 'log']),
    );
    expect(kinds(first)).toEqual(['replace loss', 'replace lr', 'replace map']);
  });

  it('is silent while nothing changes', () => {
    const run = follow(250);
    run.session.open(lens);
    run.update();
    expect(run.update()).toBeUndefined();
  });

  it('then gets only what was added', () => {
    const run = follow(250);
    run.session.open(lens);
    run.update();
    run.feed(3);
    const next = run.update();
    expect(next).toMatchObject({ seq: 1, reset: false });
    expect(kinds(next)).toEqual(['append loss', 'append lr']);
    const loss = next!.charts.find((c) => c.kind === 'append' && c.id === 'loss');
    expect(loss).toMatchObject({
      series: expect.arrayContaining([
        { key: 'smooth:total', x: expect.objectContaining({ length: 3 }), y: expect.anything() },
      ]),
    });
    expect(Object.keys(next!.sections)).not.toContain('settings');
  });

  it('gets the newest checkpoints, and more of them when it asks', () => {
    const run = follow(Number.POSITIVE_INFINITY);
    const epochsOf = (update: ViewUpdate | undefined) =>
      update?.sections.checkpoints?.rows.map((row) => row.epoch);
    run.session.open({ ...lens, rows: 1 });
    const first = run.update();
    const best = first!.sections.checkpoints!.rows.find((row) => row.best)!.epoch;
    expect(epochsOf(first)?.slice(0, 2)).toEqual([6, 5]);
    expect(epochsOf(first)).toContain(best);
    expect(first!.sections.checkpoints!.older).toBe(6 - epochsOf(first)!.length);
    run.session.setLens({ ...lens, rows: 10 });
    expect(epochsOf(run.update())).toEqual([6, 5, 4, 3, 2, 1]);
    expect(run.update()).toBeUndefined();
  });

  it('gets a chart anew when it has grown too dense for its width', () => {
    const run = follow(20);
    run.session.open({ ...lens, charts: { loss: { width: 40 } } });
    run.update();
    const seen = Array.from({ length: 12 }, () => {
      run.feed(20);
      return undefined;
    }).length;
    expect(seen).toBe(12);
    const update = run.update();
    expect(update!.charts[0].kind).toBe('replace');
    const [chart] = update!.charts;
    const points = chart.kind === 'replace' ? Math.max(...chart.chart.series.map((s) => s.x.length)) : 0;
    expect(points).toBeLessThanOrEqual(3 * 40 + 8);
  });

  it('gets the mAP chart again when a checkpoint was validated, and not before', () => {
    const run = follow(340);
    run.session.open({ ...lens, charts: { map: { width: 300 } } });
    run.update();
    run.feed(30);
    expect(kinds(run.update())).toEqual([]);
    run.feed(120);
    expect(kinds(run.update())).toContain('replace map');
  });

  it('sees a resumed attempt drop what was beyond its start', () => {
    const run = follow(250);
    run.session.open(lens);
    run.update();
    run.restart();
    const loss = run.update()!.charts.find((c) => c.kind === 'replace' && c.chart.id === 'loss');
    const xs = loss?.kind === 'replace' ? loss.chart.series[0].x : [];
    expect(Math.max(...xs)).toBe(99);
  });

  it('sends a chart that comes into sight, and another range when one zooms', () => {
    const run = follow(500);
    run.session.open({ ...lens, charts: {} });
    expect(kinds(run.update())).toEqual([]);
    run.session.setLens({ ...lens, charts: { loss: { width: 300, from: 100, to: 120 } } });
    const update = run.update();
    const [chart] = update!.charts;
    expect(chart).toMatchObject({ kind: 'replace', chart: { id: 'loss', from: 100, to: 120 } });
    expect(chart.kind === 'replace' && chart.chart.series[0].x.length).toBe(23);
  });

  it('smooths the raw values, not the thinned ones', () => {
    const run = follow(620);
    run.session.open({ ...lens, charts: { loss: { width: 50 } } });
    const wide = follow(620);
    wide.session.open({ ...lens, charts: { loss: { width: 5000 } } });
    const lastOf = (update: ViewUpdate | undefined) => {
      const [chart] = update!.charts;
      return chart.kind === 'replace'
        ? chart.chart.series.find((s) => s.key === 'smooth:total')!.y.at(-1)
        : undefined;
    };
    expect(lastOf(run.update())).toBe(lastOf(wide.update()));
  });

  it('shows the planned curve whole, from the first step to the last', () => {
    const run = follow(100);
    run.session.open(lens);
    const [, lr] = run.update()!.charts;
    const planned =
      lr.kind === 'replace' ? lr.chart.series.find((s) => s.key === 'planned:weights') : undefined;
    expect([planned?.x[0], planned?.x.at(-1)]).toEqual([0, 999]);
    expect(lr.kind === 'replace' && lr.chart.band).toMatchObject({
      from: 0,
      to: 200,
      label: 'warm-up 200 steps',
    });
  });

  it('counts epochs so that epoch e ends at e', () => {
    const run = follow(450);
    run.session.open({ ...lens, axis: 'epoch' });
    const map = run.update()!.charts.find((c) => c.kind === 'replace' && c.chart.id === 'map');
    const points = map?.kind === 'replace' ? map.chart.series.find((s) => s.key === 'map') : undefined;
    expect([...points!.x]).toEqual([1, 2, 3, 4].slice(0, points!.x.length));
  });
});

describe('a long run', () => {
  const planned = plannedOf(options);
  function longInput(rows: number): ViewInput {
    const { run, entries } = syntheticRun({ ...options, steps: 0 });
    const state = entries.reduce(reduceRun, createRunState(run));
    const { steps } = state;
    const loss = new Column();
    steps.loss.set('total', loss);
    for (let step = 0; step < rows; step++) {
      for (const column of [steps.step, steps.epoch, steps.t, steps.ips, steps.grad, loss]) column.push(step);
    }
    return { state, planned, presence: undefined, now: 0, t: createTranslate() };
  }
  function told(input: ViewInput): (ViewUpdate | undefined)[] {
    const session = createViewSession();
    session.open(lens);
    const updates: (ViewUpdate | undefined)[] = [];
    do updates.push(session.update(input));
    while (session.isPending);
    return updates;
  }

  it('comes in pieces: numbers first, then one chart after another', () => {
    const updates = told(longInput(250_000));
    expect(updates[0]).toMatchObject({ seq: 0, reset: true, charts: [] });
    expect(updates[0]!.sections.header).toBeDefined();
    const charts = updates.flatMap((update) => kinds(update) ?? []);
    expect(charts).toEqual(['replace loss', 'replace lr', 'replace map']);
    expect(Math.max(...updates.map((update) => update?.charts.length ?? 0))).toBe(1);
  });

  it('that another is compared with is waited for', () => {
    const updates = told({ ...longInput(300), other: longInput(250_000) });
    expect(updates[0]).toMatchObject({ seq: 0, reset: true, charts: [] });
    const loss = updates
      .flatMap((update) => update?.charts ?? [])
      .find((c) => c.kind === 'replace' && c.chart.id === 'loss');
    const ends = loss?.kind === 'replace' ? loss.chart.series.map(({ y }) => Math.round(y.at(-1)!)) : [];
    // The plan ends at step 1000, and a line runs one row beyond the visible part.
    expect(ends).toEqual([290, 992]);
  });
});

it('draws a run whose epochs are planned and whose steps are not known, as far as it came', () => {
  const { run, entries } = syntheticRun(options);
  const unknown = { type: 'plan' as const, t: 1, epochs: 10, stepsPerEpoch: 0, totalSteps: 0, settings: [] };
  const state = [...entries, { source: 'events' as const, value: unknown }].reduce(
    reduceRun,
    createRunState(run),
  );
  const ends = (['step', 'epoch', 'time'] as const).map(
    (axis) => createAxis(axis, { state, planned: undefined }).end,
  );
  expect(ends[0]).toBeGreaterThanOrEqual(619);
  expect(ends[1]).toBeGreaterThanOrEqual(7);
  expect(ends[2]).toBeGreaterThan(0);
});
