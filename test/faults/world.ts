import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeExample } from '../../src/dataset/example/write-example';
import { parseExperiment } from '../../src/domain/experiment/parse';
import { processesOfRun, type RunProcess } from '../../src/engine/process/run-processes';
import { type LiveRun, openRun } from '../../src/engine/runs/live-run';
import { startRun } from '../../src/engine/targets/target';
import { FINAL_STATES } from '../../src/run/state-names';
import { until } from '../helpers/until';

export const REPOSITORY = process.env.PITWALL_REPOSITORY ?? path.resolve(import.meta.dirname, '../..');
const INSTALL = path.join(REPOSITORY, 'dist');

export type World = {
  readonly folder: string;
  readonly shim: string;
  readonly reference: Reference;
};

/** The results of the run if nothing disturbs it. */
export type Reference = {
  readonly losses: readonly string[];
  /** SHA-256 of each epoch's model.onnx. */
  readonly models: ReadonlyMap<number, string>;
  readonly maps: ReadonlyMap<number, number>;
};

const TEXT = `trainer: builtin
model: nano
data: data.yaml
epochs: 3
batch: 4
imgsz: 32
seed: 3
device: cpu
workers: 1
validation: { device: cpu, batch: 4, backlog: all }
checkpoints: { keep_last: 10, keep_best: 1 }
`;

export async function createWorld(folder: string): Promise<World> {
  mkdirSync(folder, { recursive: true });
  await writeExample(folder, { train: 12, val: 6 });
  const shim = path.join(folder, 'shim.so');
  execFileSync('cc', [
    '-O1',
    '-shared',
    '-fPIC',
    '-o',
    shim,
    path.join(REPOSITORY, 'test/faults/shim.c'),
    '-ldl',
  ]);
  const dir = await begin({ folder, shim, reference: NOTHING }, 'reference', {});
  const live = await openRun(dir);
  await until(
    () => isOver(live),
    () => `the undisturbed run: ${live.presence.state} ${live.presence.note ?? ''}`,
  );
  const reference = referenceOf(live);
  live.dispose();
  return { folder, shim, reference };
}

const NOTHING: Reference = { losses: [], models: new Map(), maps: new Map() };

function referenceOf(live: LiveRun): Reference {
  const { checkpoints, validations } = live.state;
  const models = new Map(
    [...checkpoints.values()].map(({ epoch, path: at }) => [epoch, modelOf(live.dir, at)] as const),
  );
  return {
    losses: lossesOf(live),
    models,
    maps: new Map([...validations.values()].map(({ epoch, map }) => [epoch, map])),
  };
}

/** Bit for bit: the numbers as their eight bytes. */
export function lossesOf({ state }: LiveRun): string[] {
  const total = state.steps.loss.get('total');
  const { step } = state.steps;
  return Array.from({ length: step.length }, (_, i) => `${step.at(i)}:${bits(total?.at(i) ?? Number.NaN)}`);
}

const bits = (value: number): string => Buffer.from(Float64Array.of(value).buffer).toString('hex');

/** SHA-256 of a checkpoint's model without the moment it was written at. */
export function modelOf(dir: string, checkpoint: string): string {
  const file = path.join(dir, checkpoint, 'model.onnx');
  if (!existsSync(file)) return 'missing';
  const undated = readFileSync(file, 'latin1').replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)?/g, 'DATE');
  return createHash('sha256').update(undated, 'latin1').digest('hex');
}

/** Starts the run with these variables in the environment of all its processes. */
export async function begin(
  { folder }: World,
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const file = path.join(folder, 'faults.train.yaml');
  const { experiment, problems } = parseExperiment(TEXT, { file });
  if (!experiment) throw new Error(problems.map(({ message }) => message).join('\n'));
  const runsDir = path.join(folder, 'runs');
  rmSync(path.join(runsDir, name), { recursive: true, force: true });
  const resolved = { ...experiment, data: path.join(folder, 'data.yaml') };
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const run = { experimentFile: file, text: TEXT, experiment: resolved, runsDir, name };
    const { dir } = await startRun({ ...run, installDir: INSTALL, pitwallVersion: 'faults' });
    return dir;
  } finally {
    process.env = before;
  }
}

export const hostOptions = { installDir: INSTALL } as const;

export async function isOver(live: LiveRun): Promise<boolean> {
  await live.refresh();
  return FINAL_STATES.has(live.presence.state) && processesOf(live.state.run?.id).length === 0;
}

export function processesOf(id: string | undefined): RunProcess[] {
  return id === undefined ? [] : processesOfRun(id);
}

/** A command of the CLI as a process of its own, as another host. */
export function cli(...args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [path.join(INSTALL, 'cli.js'), ...args], { stdio: 'ignore' });
  return new Promise((resolve) => child.once('exit', resolve));
}
