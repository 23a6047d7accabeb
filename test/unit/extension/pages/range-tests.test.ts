import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RangeTests } from '../../../../src/extension/pages/range-tests';
import type { SharedRun } from '../../../../src/extension/run/open-runs';
import { createRunState, foldRun } from '../../../../src/run/reduce';
import type { RunEntry } from '../../../../src/run/state';
import type { RunStateName } from '../../../../src/run/state-names';
import { repositoryRoot } from '../../../helpers/shared';
import { wholeRunFile } from '../../../helpers/whole-experiment';

const { losses } = JSON.parse(
  readFileSync(path.join(repositoryRoot, 'test/fixtures/lr-range/example-seeds.json'), 'utf8'),
) as { losses: Readonly<Record<string, readonly (number | string)[]>> };

const lrAt = (step: number): number => 1e-5 * 1e5 ** (step / 127);

function entriesOf(seed: number): RunEntry[] {
  const hello = { type: 'hello', t: 1, trainer: 'builtin', pid: 1, attempt: 1, fromStep: 0 } as const;
  const steps = losses[seed].map((loss, step) => ({
    ...{ type: 'step' as const, t: 2 + step, step, epoch: 1, lr: [lrAt(step)] },
    loss: { total: Number(loss) },
  }));
  return [{ ...hello, groups: ['weights'], knobs: [] }, ...steps].map((value) => ({
    source: 'events',
    value,
  })) as RunEntry[];
}

/** A run in a window whose end the test decides. */
function runOf(seed: number) {
  const listeners = new Set<() => void>();
  const presence: { state: RunStateName } = { state: 'running' };
  const seen = { released: false };
  const live = {
    ...{ state: foldRun(createRunState(wholeRunFile({})), entriesOf(seed)), presence },
    onDidChange: (listener: () => void) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
  const shared = { dir: `/runs/${seed}`, live, input: undefined, release: () => (seen.released = true) };
  const end = (state: RunStateName): void => {
    presence.state = state;
    for (const listener of listeners) listener();
  };
  return { shared: shared as unknown as SharedRun, end, seen };
}

function testsOf(options: { readonly isEarlier?: boolean } = {}) {
  const runs = [1, 2, 3, 4].map(runOf);
  const errors: unknown[] = [];
  const started: number[] = [];
  const another = async (number: number): Promise<string> => {
    started.push(number);
    return `/runs/${number + 1}`;
  };
  const tests = new RangeTests(runs[0].shared, {
    acquire: async (dir) => runs.find(({ shared }) => shared.dir === dir)?.shared ?? Promise.reject(dir),
    another: options.isEarlier ? undefined : another,
    onChange: () => undefined,
    onError: (error) => errors.push(error),
  });
  return { tests, runs, started, errors };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the tests behind a page', () => {
  it('are three, one after the other, and the page shows the one that is nearest to their mean', async () => {
    const { tests, runs, started, errors } = testsOf();
    for (const [i, run] of runs.slice(0, 3).entries()) {
      expect(tests.now()).toMatchObject({ number: i + 1, reading: undefined });
      run.end(i === 1 ? 'diverged' : 'completed');
      await turn();
    }
    expect([started, errors]).toEqual([[1, 2], []]);
    const { several, reading, run } = tests.now();
    expect(several).toMatchObject({ suggested: 0.022, answered: 3, sure: true });
    expect(reading).toMatchObject({ kind: 'found', result: { suggested: 0.022 } });
    expect(run).toBe(runs[2].shared);
    tests.dispose();
    expect(runs.map(({ seen }) => seen.released)).toEqual([true, true, true, false]);
  });

  it('end with one that is stopped: those before it count', async () => {
    const { tests, runs, started } = testsOf();
    runs[0].end('completed');
    await turn();
    runs[1].end('stopped');
    await turn();
    expect(started).toEqual([1]);
    const { several, reading } = tests.now();
    expect([several, reading?.kind === 'found' && reading.result.suggested]).toEqual([undefined, 0.023]);
  });

  it('of a test made earlier start nothing', () => {
    const { tests, runs, started } = testsOf({ isEarlier: true });
    runs[0].end('completed');
    expect([started, tests.now().reading?.kind]).toEqual([[], 'found']);
  });

  it('are not watched by a page that was closed while the next began', async () => {
    const { tests, runs } = testsOf();
    runs[0].end('completed');
    tests.dispose();
    await turn();
    expect(runs.map(({ seen }) => seen.released)).toEqual([true, false, false, false]);
  });
});
