import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulateTorch, type TorchCurve } from '../../../../src/domain/schedule/torch/simulate';
import type { Lambda, TorchSpec } from '../../../../src/domain/schedule/torch/spec';

// Golden values: test/fixtures/torch/make_schedules.py, run with the installed PyTorch.
const fixture = (name: string) =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../fixtures/torch', name), 'utf8'));

type Configuration = {
  name: string;
  steps: number;
  lrs?: number[];
  initialLrs?: number[];
  epochAt?: string;
  spec: TorchSpec;
};
type Golden = {
  name: string;
  lr: number[][];
  momentum: number[];
  failure: { step: number; kind: string } | null;
};

const lambdas: Record<string, Lambda> = { pow95: (t) => 0.95 ** t, warm5: (t) => Math.min(1, (t + 1) / 5) };
const epochs: Record<string, (t: number) => number> = {
  double: (t) => 2 * t,
  same: (t) => t,
  tenth: (t) => t / 10,
};
const plateau = Array.from({ length: 60 }, (_, k) =>
  Number((1 + Math.floor(Math.abs(20 - k) / 6) / 7 + (k % 3) / 11).toFixed(6)),
);

/** The functions that a configuration names. */
function withFunctions(spec: TorchSpec): TorchSpec {
  return JSON.parse(JSON.stringify(spec), (key, value) => {
    if (key === 'lr_lambda')
      return Array.isArray(value) ? value.map((name) => lambdas[name]) : lambdas[value];
    return key === 'metrics' ? plateau : value;
  });
}

function simulate(config: Configuration): TorchCurve {
  const { steps, initialLrs, epochAt } = config;
  return simulateTorch({
    spec: withFunctions(config.spec),
    lrs: config.lrs ?? [0.1],
    steps,
    momentum: 0.9,
    ...(initialLrs && { initialLrs }),
    ...(epochAt && { epochAt: epochs[epochAt] }),
  });
}

function worst(actual: ArrayLike<number>, expected: readonly number[]): number {
  return Math.max(0, ...expected.map((value, i) => Math.abs(actual[i] - value) / (Math.abs(value) || 1)));
}

describe("PyTorch's schedulers", () => {
  const golden = fixture('schedules.json') as { runs: Golden[] };
  const configurations = fixture('configurations.json') as Configuration[];

  it('have golden values of at least 40 configurations', () => {
    expect(golden.runs.map((run) => run.name)).toEqual(configurations.map((config) => config.name));
    expect(configurations.length).toBeGreaterThanOrEqual(40);
  });

  it.each(configurations)('$name', (config) => {
    const expected = golden.runs.find((run) => run.name === config.name)!;
    const curve = simulate(config);
    expect(curve.failure?.step).toBe(expected.failure?.step);
    expect(curve.failure?.message.split(':')[0]).toBe(expected.failure?.kind);
    expect(curve.lr.map((lr) => lr.length)).toEqual(
      (expected.lr.length ? expected.lr : [[]]).map((lr) => lr.length),
    );
    for (const [group, lr] of expected.lr.entries())
      expect(worst(curve.lr[group], lr)).toBeLessThanOrEqual(1e-12);
    expect(worst(curve.momentum, expected.momentum)).toBeLessThanOrEqual(1e-12);
  });

  it('of old releases begin with the first child though milestone 0 has passed', () => {
    const spec: TorchSpec = {
      kind: 'SequentialLR',
      milestones: [0],
      schedulers: [
        { kind: 'LinearLR', start_factor: 0.1, total_iters: 4 },
        { kind: 'CosineAnnealingLR', T_max: 6 },
      ],
    };
    const { lr } = simulateTorch({ spec, lrs: [0.1], steps: 3, legacy: true });
    // facts B7, run with PyTorch 1.13.1.
    expect([...lr[0]].map((v) => Number(v.toFixed(5)))).toEqual([0.01, 0.01, 0.00933]);
  });

  it('are stepped a million times without running out of anything', () => {
    const spec: TorchSpec = {
      kind: 'SequentialLR',
      milestones: [1000],
      schedulers: [
        { kind: 'LinearLR', start_factor: 0.001, total_iters: 1000 },
        { kind: 'CosineAnnealingLR', T_max: 999_000 },
      ],
    };
    const { lr, failure } = simulateTorch({ spec, lrs: [0.1], steps: 1_000_000 });
    expect(failure).toBeUndefined();
    expect(lr[0][1000]).toBeCloseTo(0.1, 12);
    expect(lr[0][500_500]).toBeCloseTo(0.05, 5);
  });
});
