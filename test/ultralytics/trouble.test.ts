import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { askRun } from '../../src/engine/control/ask';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { readRunSync } from '../../src/run/folder/read';
import { createRunState, reduceRun } from '../../src/run/reduce';
import { type Finished, runCliProcess, spawnCli } from '../helpers/cli';
import {
  eventsOf,
  python,
  readEvents,
  until,
  useWorkshop,
  validationsOf,
  writeExperiment,
  writeTinyModel,
} from './helpers';

// In a folder whose name has a blank and letters beyond ASCII: every program of a run gets it as an argument.
const workshop = useWorkshop({ train: 48, val: 8, name: 'pitwall ü 训练 ', prepare: writeTinyModel });

const TINY = { model: 'tiny.yaml', batch: 4, validation: false };

/** The steps as every host sees them, repeated ones replaced. */
function stepsSeen(dir: string): number[] {
  const state = readEvents(dir).reduce(
    (before, value) => reduceRun(before, { source: 'events', value }),
    createRunState(),
  );
  return [...state.steps.step.view()];
}

describe('what goes wrong in a training', () => {
  it('NaN: the library goes back to its last checkpoint, and in the end gives up; each is reported, no step is shown twice', async () => {
    const file = writeExperiment(workshop, 'nan', { ...TINY, epochs: 6, warmup_epochs: 0 });
    const { done } = spawnCli(['train', file, '--name', 'nan'], workshop.dir);
    const dir = workshop.runDir('nan');
    await until('an epoch is over', () => eventsOf(dir, 'epoch').length >= 1);
    await askRun(dir, { type: 'lr', mode: 'hold', value: 1e12, confirmed: true }, 'test');
    const { code } = await done;
    expect(code).toBe(1);
    const told = eventsOf(dir, 'log').map(({ message }) => message);
    expect(told.filter((message) => /recovering from last\.pt/.test(message)).length).toBeGreaterThanOrEqual(
      1,
    );
    const [end] = eventsOf(dir, 'end');
    expect(end).toMatchObject({ reason: 'failed', message: expect.stringMatching(/NaN/) });
    const repeated = eventsOf(dir, 'step').map(({ step }) => step);
    expect(new Set(repeated).size).toBeLessThan(repeated.length);
    const seen = stepsSeen(dir);
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i));
  });

  it('memory that runs out: the batch is halved, the plan is new, the epoch starts anew', async () => {
    // torch itself is made to fail once, in the third step.
    const customs = path.join(workshop.dir, 'customs');
    mkdirSync(customs);
    writeFileSync(
      path.join(customs, 'sitecustomize.py'),
      `import os
if os.environ.get("PITWALL_ROLE") == "trainer":
    import torch
    backward, calls = torch.Tensor.backward, []
    def fails_once(self, *args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("CUDA out of memory (made by a test)")
        return backward(self, *args, **kwargs)
    torch.Tensor.backward = fails_once
`,
    );
    const file = writeExperiment(workshop, 'memory', { ...TINY, batch: 16, epochs: 2 });
    const { code } = await withVariable('PYTHONPATH', customs, () =>
      runCliProcess(['train', file, '--name', 'memory'], workshop.dir),
    );
    expect(code).toBe(0);
    const dir = workshop.runDir('memory');
    const [before, after] = eventsOf(dir, 'plan');
    expect([before.batch, before.stepsPerEpoch]).toEqual([16, 3]);
    expect([after.batch, after.stepsPerEpoch]).toEqual([8, 6]);
    expect(after.settings.find(({ key }) => key === 'batch')).toMatchObject({ requested: 16, effective: 8 });
    expect(eventsOf(dir, 'log').some(({ message }) => /out of memory/.test(message))).toBe(true);
    expect(stepsSeen(dir)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  it('kill -9 of the keeper: training goes on, a watch adopts it, every checkpoint is validated', async () => {
    const validation = { backlog: 'all', device: 'cpu', batch: 8 };
    const file = writeExperiment(workshop, 'orphan', { ...TINY, epochs: 8, validation });
    const { done } = spawnCli(['train', file, '--name', 'orphan'], workshop.dir);
    const dir = workshop.runDir('orphan');
    await until('an epoch is over', () => eventsOf(dir, 'epoch').length >= 1);
    const { id } = readRunSync(dir);
    for (const { pid, role } of processesOfRun(id)) if (role === 'keeper') process.kill(pid, 'SIGKILL');
    await until('the trainer ends by itself or goes on', () => eventsOf(dir, 'epoch').length >= 3);
    await Promise.race([done, runCliProcess(['watch', dir], workshop.dir)]);
    await done;
    await until('nothing is left', () => processesOfRun(id).length === 0);
    expect(eventsOf(dir, 'end').at(-1)).toMatchObject({ reason: 'completed' });
    const validated = validationsOf(dir).filter(({ type }) => type === 'validation');
    expect(validated.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('stopped before its first step, with workers of the loader: no process is left', async () => {
    const file = writeExperiment(workshop, 'early', { ...TINY, epochs: 50, workers: 2, cache: false });
    const { done } = spawnCli(['train', file, '--name', 'early'], workshop.dir);
    const dir = workshop.runDir('early');
    await until('the trainer is there', () => hasTrainer(dir));
    expect((await runCliProcess(['stop', dir], workshop.dir)).code).toBe(0);
    await done;
    const { id } = readRunSync(dir);
    expect(processesOfRun(id)).toEqual([]);
    const shown = await runCliProcess(['show', dir, '--json'], workshop.dir);
    expect(JSON.parse(shown.out), shown.out.slice(0, 600)).toMatchObject({ state: 'stopped' });
  });
});

function hasTrainer(dir: string): boolean {
  try {
    return processesOfRun(readRunSync(dir).id).some(({ role }) => role === 'trainer');
  } catch {
    // The run folder does not exist yet.
    return false;
  }
}

/** A Python environment that names its packages and cannot import them. */
function brokenPython(): string {
  const dir = path.join(workshop.dir, 'broken');
  execFileSync(python, ['-m', 'venv', '--without-pip', dir]);
  const lib = path.join(dir, 'lib');
  const site = path.join(lib, readdirSync(lib)[0], 'site-packages');
  for (const name of ['torch', 'ultralytics']) {
    mkdirSync(path.join(site, name));
    writeFileSync(path.join(site, name, '__init__.py'), 'raise OSError("libcudart.so.13: cannot open")\n');
    mkdirSync(path.join(site, `${name}-1.0.dist-info`));
    writeFileSync(
      path.join(site, `${name}-1.0.dist-info/METADATA`),
      `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
    );
  }
  return path.join(dir, 'bin/python');
}

async function withVariable(name: string, value: string, run: () => Promise<Finished>): Promise<Finished> {
  const before = process.env[name];
  process.env[name] = value;
  try {
    return await run();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

describe('a Python that cannot train is reported in one line', () => {
  const train = (name: string, wanted: string) => {
    const file = writeExperiment(workshop, name, { ...TINY, epochs: 1 });
    return withVariable('PITWALL_PYTHON', wanted, () =>
      runCliProcess(['train', file, '--name', name], workshop.dir),
    );
  };

  it('none at that path', async () => {
    const { code, err } = await train('none', path.join(workshop.dir, 'no python'));
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(/no python is not a Python interpreter; make one with: pitwall setup-python/);
  });

  it('one without torch', async () => {
    const dir = path.join(workshop.dir, 'bare');
    execFileSync(python, ['-m', 'venv', '--without-pip', dir]);
    const { code, err } = await train('bare', path.join(dir, 'bin/python'));
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(/no Python with torch and ultralytics: searched .*bare\/bin\/python/);
  });

  it('one whose packages cannot be imported', async () => {
    const { code } = await train('broken', brokenPython());
    expect(code).toBe(1);
    expect(eventsOf(workshop.runDir('broken'), 'end')).toMatchObject([
      { reason: 'failed', message: expect.stringMatching(/cannot import ultralytics \(OSError: libcudart/) },
    ]);
  });
});
