import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { createAxis } from '../../../../src/protocol/dashboard/axis';
import type { ChartContext } from '../../../../src/protocol/dashboard/chart-context';
import { gpuChart } from '../../../../src/protocol/dashboard/gpu-chart';
import { headerOf } from '../../../../src/protocol/dashboard/header';
import { createStepCache } from '../../../../src/protocol/dashboard/step-cache';
import type { XAxis } from '../../../../src/protocol/dashboard/types';
import { chartCsv } from '../../../../src/protocol/export-run';
import { parseKeeperLine } from '../../../../src/run/parse-entry';
import { foldRun } from '../../../../src/run/reduce';
import type { RunEntry, RunState } from '../../../../src/run/state';
import { syntheticState } from '../../../helpers/synthetic-run';

const GB = 1024 ** 3;
const plain = syntheticState({ epochs: 4, stepsPerEpoch: 10, steps: 30 });
const timeOf = (row: number): number => plain.steps.t.at(row);

/** As a keeper writes it. */
function reading(t: number, used: number, own?: number): RunEntry {
  const full = {
    index: 0,
    name: 'T4',
    used: used * GB,
    total: 16 * GB,
    busy: 50,
    celsius: 60,
    watts: 35,
    mostWatts: 70,
  };
  const cards = [{ ...full, ...(own !== undefined && { own: own * GB }) }];
  const { value } = parseKeeperLine(JSON.stringify({ type: 'gpu', t, cards }));
  if (!value) throw new Error('the line was not understood');
  return { source: 'keeper', value };
}

const state = foldRun(plain, [
  reading(timeOf(0) - 1000, 1),
  reading(timeOf(10) + 1, 8, 4),
  reading(timeOf(20) + 1, 12, 6),
]);

function chartOf(of: RunState, axisName: XAxis = 'step') {
  const t = createTranslate();
  const input = { state: of, planned: undefined };
  const context: ChartContext = {
    ...{ state: of, planned: undefined, plannedVersion: 0, axis: createAxis(axisName, input), axisName, t },
    ...{ cache: createStepCache(), otherCache: createStepCache(), lens: { width: 100 } },
  };
  return gpuChart(context);
}

function points(of: RunState, key: string, axisName?: XAxis): number[][] {
  const series = chartOf(of, axisName).series.find((one) => one.key === key);
  if (series?.kind !== 'points') throw new Error(`no line ${key}`);
  const { x, y } = series.points();
  return Array.from(x, (value, i) => [value, y[i]]);
}

describe('the chart of the cards', () => {
  it("has each card's memory and the run's own, at the steps that were being done", () => {
    expect(points(state, 'memory:0')).toEqual([
      [10, 50],
      [20, 75],
    ]);
    expect(points(state, 'own:0')).toEqual([
      [10, 25],
      [20, 37.5],
    ]);
    expect(points(state, 'memory:0', 'time')[0][0]).toBeCloseTo((timeOf(10) + 1 - timeOf(0)) / 1000);
  });

  it('has use, and temperature and power when asked for', () => {
    const { series, summary } = chartOf(state);
    expect(series.map(({ label, optional }) => [label, optional === true])).toEqual([
      ['GPU 0 memory, %', false],
      ['GPU 0 memory of this run, %', false],
      ['GPU 0 in use, %', false],
      ['GPU 0 temperature, °C', true],
      ['GPU 0 power, % of its limit', true],
    ]);
    expect(points(state, 'power:0')[0][1]).toBe(50);
    expect(summary).toBe('GPU 0 (T4): 12.0 GB / 16.0 GB, 50 % in use.');
  });

  it('has no line of a memory that is not known, and says so', () => {
    // As a keeper writes what a GB10 does not report.
    const card = { index: 0, name: 'NVIDIA GB10', used: 'NaN', total: 'NaN', busy: 50 };
    const { value } = parseKeeperLine(JSON.stringify({ type: 'gpu', t: timeOf(10) + 1, cards: [card] }));
    if (!value) throw new Error('the line was not understood');
    const { series, summary } = chartOf(foldRun(plain, [{ source: 'keeper', value }]));
    expect(series.map(({ key }) => key)).toEqual(['busy:0']);
    expect(summary).toBe('GPU 0 (NVIDIA GB10): ? / ?, 50 % in use.');
  });

  it('is shown only if a card was read', () => {
    const header = (of: RunState) =>
      headerOf({ state: of, planned: undefined, presence: undefined, now: 0, t: createTranslate() }).hasGpu;
    expect([header(plain), header(state)]).toEqual([false, true]);
    expect(chartOf(plain)).toMatchObject({ series: [], empty: 'No NVIDIA card was seen.' });
  });

  it('draws at most a thousand points of a long run', () => {
    const many = Array.from({ length: 5000 }, (_, i) => reading(timeOf(10) + i, 8));
    expect(points(foldRun(plain, many), 'memory:0').length).toBeLessThanOrEqual(1000);
  });

  it('is saved with every reading in bytes, and the log does not list it', () => {
    const lines = [...chartCsv(state, 'gpu')].join('').trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[2].split(',').slice(1)).toEqual([
      '0',
      `${8 * GB}`,
      `${4 * GB}`,
      `${16 * GB}`,
      '50',
      '60',
      '35',
    ]);
    expect(state.keeper).toHaveLength(plain.keeper.length);
  });

  it('takes no line with more cards than a machine has', () => {
    const card = { index: 0, name: '', used: 1, total: 1 };
    const line = JSON.stringify({ type: 'gpu', t: 1, cards: Array.from({ length: 65 }, () => card) });
    expect(parseKeeperLine(line).value).toBeUndefined();
  });
});
