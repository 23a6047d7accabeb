import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { readRunSync } from '../../src/run/folder/read';
import { until } from '../helpers/until';
import { exampleData } from './data';
import type { Lab } from './lab';
import { exported, type Model } from './models';
import type { Values } from './rows';

const MIB = 1024 ** 2;

type Training = { readonly name: string; readonly sets: readonly string[] };

/** Sizes for a minute on a card, and for seconds on a CPU. */
const sizeOf = (lab: Lab) =>
  lab.hasGpu
    ? { train: 512, val: 64, epochs: 5, imgsz: 640, batch: 16 }
    : { train: 24, val: 8, epochs: 2, imgsz: 64, batch: 8 };

async function configOf(lab: Lab): Promise<string> {
  const { train, val, epochs, imgsz, batch } = sizeOf(lab);
  const folder = await exampleData(lab, train, val);
  const device = lab.hasGpu ? '0' : 'cpu';
  const text = [
    'trainer: ultralytics',
    'model: yolov8n.yaml',
    'data: data.yaml',
    `epochs: ${epochs}`,
    `batch: ${batch}`,
    `imgsz: ${imgsz}`,
    `device: ${device}`,
    'workers: 2',
    'amp: false',
    'plots: false',
    'optimizer: SGD',
    `validation: { device: ${lab.device}, backlog: all }`,
  ];
  const file = path.join(folder, 'gpu.train.yaml');
  writeFileSync(file, `${text.join('\n')}\n`);
  return file;
}

const runsOf = (lab: Lab): string => lab.folder('trainings');

async function trained(lab: Lab, { name, sets }: Training) {
  const args = ['--name', name, '--runs', runsOf(lab), ...sets.flatMap((set) => ['--set', set])];
  const lines = await lab.json(['train', await configOf(lab), ...args]);
  // The first epoch has the work that is done once.
  const speeds = lines
    .filter(({ type, epoch }) => type === 'step' && epoch > 1)
    .map(({ ips }) => Number(ips));
  return { lines, speed: median(speeds), result: lines.at(-1) ?? {} };
}

const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

/** Ultralytics' training alone, then with each checkpoint validated beside it. Gives the trained model to later steps. */
export async function beside(
  lab: Lab,
): Promise<{ readonly values: Values; readonly model: Model | undefined }> {
  const alone = await trained(lab, { name: 'alone', sets: ['val=false'] });
  const both = await trained(lab, { name: 'beside', sets: [] });
  const validated = both.lines.filter(({ type }) => type === 'validation').length;
  const checkpoint = path.join(runsOf(lab), 'beside', String(lastCheckpoint(both.lines)), 'model.pt');
  const model = existsSync(checkpoint) ? exported(lab, checkpoint) : undefined;
  return { values: { alone: alone.speed, beside: both.speed, validated }, model };
}

const lastCheckpoint = (lines: readonly Record<string, never>[]): unknown =>
  lines.findLast(({ type }) => type === 'checkpoint')?.path;

export async function autoBatch(lab: Lab): Promise<Values> {
  const { lines, result } = await trained(lab, { name: 'auto', sets: ['batch=-1', 'epochs=1', 'val=false'] });
  const plan = lines.findLast(({ type }) => type === 'plan');
  return { batch: Number(plan?.batch ?? 0), state: String(result.state) };
}

/** After a stop no process may be left (design, section 9). */
const GONE_MS = 10_000;

/** A run that trains, then a stop: what of the card's memory and of its processes is left. */
export async function stop(lab: Lab): Promise<Values> {
  const usedMb = (): number => Math.round((lab.cards()[0]?.usedBytes ?? 0) / MIB);
  const before = usedMb();
  const args = ['--name', 'stopped', '--runs', runsOf(lab), '--detach', '--set', 'epochs=100'];
  const { code, err } = await lab.cli(['train', await configOf(lab), ...args]);
  if (code !== 0) throw new Error(err);
  const run = path.join(runsOf(lab), 'stopped');
  await until(() => stepsOf(run) > 3);
  const during = usedMb();
  await lab.cli(['stop', run]);
  const left = (): number => processesOfRun(readRunSync(run).id).length;
  // The keeper writes its last status after the stop is answered.
  await until(() => left() === 0, undefined, GONE_MS).catch(() => undefined);
  return { before, during, after: usedMb(), left: left() };
}

function stepsOf(run: string): number {
  const events = path.join(run, 'events.jsonl');
  return existsSync(events) ? readFileSync(events, 'utf8').split('"type":"step"').length - 1 : 0;
}
