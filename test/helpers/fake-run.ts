import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Experiment } from '../../src/domain/experiment/types';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { type LiveRun, openRun } from '../../src/engine/runs/live-run';
import { startRun } from '../../src/engine/targets/target';
import { readRunSync } from '../../src/run/folder/read';
import { FINAL_STATES } from '../../src/run/state-names';
import { until as eventually } from './until';
import { wholeExperiment } from './whole-experiment';

const repositoryRoot = path.resolve(import.meta.dirname, '../..');

// A run whose keeper is real, while trainer and validator are programs with scripted behaviour: the process border is
// the only thing that is faked.

export type Rig = {
  readonly folder: string;
  readonly installDir: string;
  readonly runsDir: string;
  /** Folders of the runs that were started with it. */
  readonly started: string[];
};

const fixture = (name: string): string => path.join(repositoryRoot, 'test/fixtures/processes', name);

/** A folder with an installation of its own: the real keeper.js beside a scripted trainer.js and validator.js. */
export function createRig(): Rig {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-test-'));
  const keeper = path.join(repositoryRoot, 'dist/keeper.js');
  if (!existsSync(keeper)) throw new Error('dist/keeper.js is missing: node src/build/bundle.mjs');
  copyFileSync(keeper, path.join(folder, 'keeper.js'));
  for (const name of ['trainer', 'validator'])
    writeFileSync(
      path.join(folder, `${name}.js`),
      `import(${JSON.stringify(pathToFileURL(fixture(`${name}.mjs`)).href)});\n`,
    );
  return { folder, installDir: folder, runsDir: path.join(folder, 'runs'), started: [] };
}

/** Ends whatever still carries one of the rig's runs, and removes the folder. */
export function removeRig(rig: Rig): void {
  for (const dir of rig.started)
    for (const { pid } of processesOfRun(readRunSync(dir).id)) process.kill(pid, 'SIGKILL');
  rmSync(rig.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

export type Told = {
  readonly epochs?: number;
  readonly trainer?: Readonly<Record<string, unknown>>;
  readonly validator?: Readonly<Record<string, unknown>>;
  readonly experiment?: Partial<Experiment>;
};

export function fakeExperiment({
  epochs = 3,
  trainer = {},
  validator = {},
  experiment = {},
}: Told): Experiment {
  return wholeExperiment({
    trainer: 'builtin',
    model: 'nano',
    data: '/nowhere/data.yaml',
    epochs,
    batch: 4,
    imgsz: 64,
    device: 'cpu',
    single_cls: false,
    validation: {
      enabled: true,
      device: 'cpu',
      batch: 4,
      half: 'off',
      every: 1,
      backlog: 'all',
      engine: 'onnx',
      in_loop: 0,
    },
    early_stop: {
      ...{ enabled: false, metric: 'map', ema: 5, patience: 10 },
      ...{ min_delta: 0, min_epochs: 0, wait_for_decay: false },
    },
    checkpoints: { every: 1, keep_last: 100, keep_best: 1 },
    on_divergence: 'stop',
    passthrough: { ...trainer, validator },
    explicit: [],
    ...experiment,
  });
}

export async function startFakeRun(
  rig: Rig,
  told: Told = {},
): Promise<{ dir: string; name: string; id: string }> {
  const run = await startRun({
    experimentFile: path.join(rig.folder, 'fake.train.yaml'),
    text: 'model: nano\n',
    experiment: fakeExperiment(told),
    runsDir: rig.runsDir,
    installDir: rig.installDir,
    pitwallVersion: 'test',
  });
  rig.started.push(run.dir);
  return run;
}

/** Waits until the run's files say so; fails with their last content. */
export async function until(
  live: LiveRun,
  holds: (live: LiveRun) => boolean,
  withinMs?: number,
): Promise<void> {
  const looked = async (): Promise<boolean> => {
    if (!holds(live)) await live.refresh();
    if (!holds(live)) return false;
    // What ended meanwhile may have written after that look.
    await live.refresh();
    return true;
  };
  const say = (): string => {
    const { status, end } = live.state;
    const log = readFileSync(path.join(live.dir, 'keeper.log'), 'utf8');
    return `${JSON.stringify({ status, end, presence: live.presence })}\n${log}`;
  };
  await eventually(looked, say, withinMs);
}

/** Watches a run to its final state with its keeper gone, and returns the state. */
export async function runToEnd(dir: string): Promise<LiveRun> {
  const live = await openRun(dir);
  await until(live, isOver);
  return live;
}

export function isOver(live: LiveRun): boolean {
  const { status, run } = live.state;
  if (!status || !FINAL_STATES.has(status.state)) return false;
  return processesOfRun(run?.id ?? '').length === 0;
}

export const alive = (pid: number | undefined): boolean => {
  try {
    process.kill(pid ?? 0, 0);
    return true;
  } catch {
    return false;
  }
};
