import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closedTorch } from '../../../../src/domain/schedule/torch/closed';
import type { TorchSpec } from '../../../../src/domain/schedule/torch/spec';
import { drawnTorchSchedule, torchSchedule } from '../../../../src/domain/schedule/zoo/torch';
import type { PythonParser } from '../../../../src/extension/editor/python-parser';
import { curveOf, hover, realParser } from './parse';

// What the installed PyTorch did, step by step: test/fixtures/torch/make_schedules.py.
const fixture = (name: string) =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../fixtures/torch', name), 'utf8'));

type Spec = Readonly<Record<string, unknown>> & { kind: string; schedulers?: Spec[] };
type Configuration = {
  name: string;
  steps: number;
  lrs?: number[];
  initialLrs?: number[];
  epochAt?: string;
  spec: Spec;
};

const configurations: Configuration[] = fixture('configurations.json');
const golden = new Map<string, number[][]>(
  fixture('schedules.json').runs.map((run: { name: string; lr: number[][] }) => [run.name, run.lr]),
);
const FUNCTIONS: Record<string, string> = {
  pow95: 'lambda t: 0.95 ** t',
  warm5: 'lambda t: min(1.0, (t + 1) / 5)',
};
const LAMBDAS = { pow95: (t: number) => 0.95 ** t, warm5: (t: number) => Math.min(1, (t + 1) / 5) };

/** The call that makes a configuration's scheduler, as people write it. */
function python({ kind, ...options }: Spec): string {
  const args = Object.entries(options).map(([key, value]) => `${key}=${literal(value)}`);
  return kind === 'ChainedScheduler'
    ? `${kind}(${args.join(', ')})`
    : `lr_scheduler.${kind}(opt, ${args.join(', ')})`;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return FUNCTIONS[value] ?? `'${value}'`;
  return typeof value === 'object' ? python(value as Spec) : String(value);
}

function text({ spec, lrs = [0.1], steps }: Configuration): string {
  const groups = lrs.map((lr) => `{'params': [p], 'lr': ${lr}}`);
  return `epochs = ${steps}\nopt = torch.optim.SGD([${groups.join(', ')}], lr=${lrs[0]}, momentum=0.9)\nscheduler = ${python(spec)}\n`;
}

// What a file does not say: a resumed optimizer, explicit counts, the metric of each epoch.
const written = configurations.filter(
  ({ initialLrs, epochAt, spec }) => !initialLrs && !epochAt && spec.kind !== 'ReduceLROnPlateau',
);

let parser: PythonParser;
beforeAll(async () => {
  parser = await realParser();
});
afterAll(() => parser.dispose());

function worst(actual: ArrayLike<number>, expected: readonly number[]): number {
  const length = Math.min(actual.length, expected.length);
  const errors = expected.slice(0, length).map((v, i) => Math.abs(actual[i] - v) / (Math.abs(v) || 1));
  return Math.max(0, ...errors);
}

describe('Python as the installed PyTorch would run it', () => {
  it('covers most of the golden configurations', () => {
    expect(written.length).toBeGreaterThan(50);
  });

  it.each(written.map((config) => [config.name, config] as const))('%s', (name, config) => {
    const found = hover(parser, text(config), 'scheduler =');
    for (const [group, expected] of golden.get(name)!.entries()) {
      const curve = curveOf(found, group);
      expect(curve.length).toBeGreaterThanOrEqual(Math.min(4, expected.length));
      expect(worst(curve, expected)).toBeLessThan(1e-12);
    }
  });
});

function withFunctions(spec: Spec): TorchSpec {
  return JSON.parse(JSON.stringify(spec), (key, value) => {
    if (key !== 'lr_lambda') return value;
    const names: (keyof typeof LAMBDAS)[] = [value].flat();
    return names.length === 1 ? LAMBDAS[names[0]] : names.map((name) => LAMBDAS[name]);
  });
}

describe('closed forms for long runs', () => {
  const closed = written.flatMap((config) => {
    const spec = withFunctions(config.spec);
    const lrAt = closedTorch(spec, config.lrs?.[0] ?? 0.1);
    return lrAt ? [[config.name, { config, lrAt }] as const] : [];
  });

  it('exist for most schedulers', () => {
    expect(closed.length).toBeGreaterThan(30);
  });

  it.each(closed)('agrees with PyTorch: %s', (name, { config, lrAt }) => {
    const expected = golden.get(name)![0];
    const peak = Math.max(...expected);
    // Past the end of OneCycleLR the library raises: the fixture ends there.
    const errors = expected.map((value, t) => Math.abs(lrAt(t) - value) / peak);
    expect(Math.max(...errors)).toBeLessThan(1e-9);
    expect(config.steps).toBeGreaterThanOrEqual(expected.length);
  });

  it('draws a long composition as the simulation does', () => {
    const spec: TorchSpec = {
      kind: 'SequentialLR',
      milestones: [1000],
      schedulers: [
        { kind: 'LinearLR', start_factor: 0.001, total_iters: 1000 },
        { kind: 'CosineAnnealingLR', T_max: 59_000 },
      ],
    };
    const run = { spec, lrs: [0.1], steps: 60_000 };
    const drawn = drawnTorchSchedule(run).schedule;
    const exact = torchSchedule(run).schedule;
    expect(drawn.warmupSteps).toBe(exact.warmupSteps);
    const errors = Array.from({ length: 600 }, (_, k) =>
      Math.abs(drawn.lrAt(k * 100, 0) - exact.lrAt(k * 100, 0)),
    );
    expect(Math.max(...errors)).toBeLessThan(1e-8);
  });
});
