import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { writeExample } from '../../src/dataset/example/write-example';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { type TrainerEvent, type TrainerEventOf, zTrainerEvent } from '../../src/run/events';
import { readRunSync } from '../../src/run/folder/read';
import { until as eventually } from '../helpers/until';

/** The interpreter that `npm run test:ultralytics` made; the CLI takes it from PITWALL_PYTHON. */
export const python = process.env.PITWALL_PYTHON ?? '';

/** The folder that a test works in, with data, and its runs. */
export type Workshop = { readonly dir: string; readonly runDir: (name: string) => string };

/** A folder with the example data, few images, for runs of the real library. */
async function openWorkshop(train = 48, val = 16, name = 'pitwall-ultralytics-'): Promise<Workshop> {
  if (!existsSync(python))
    throw new Error('PITWALL_PYTHON names no interpreter: run npm run test:ultralytics');
  const dir = mkdtempSync(path.join(tmpdir(), name));
  await writeExample(dir, { train, val });
  return { dir, runDir: (name) => path.join(dir, 'runs', name) };
}

type WorkshopOptions = {
  readonly train?: number;
  readonly val?: number;
  /** How the name of its folder begins. */
  readonly name?: string;
  /** What else the tests of the file need in it. */
  readonly prepare?: (workshop: Workshop) => unknown;
};

/** A workshop for the tests of a file: opened before the first of them, closed after the last. */
export function useWorkshop({ train, val, name, prepare }: WorkshopOptions = {}): Workshop {
  let opened: Workshop | undefined;
  const now = (): Workshop => {
    if (!opened) throw new Error('a workshop opens before the first test, not before');
    return opened;
  };
  beforeAll(async () => {
    opened = await openWorkshop(train, val, name);
    await prepare?.(opened);
  });
  afterAll(() => opened && closeWorkshop(opened));
  return {
    get dir() {
      return now().dir;
    },
    runDir: (run) => now().runDir(run),
  };
}

function closeWorkshop({ dir, runDir }: Workshop): void {
  const runs = path.join(dir, 'runs');
  for (const name of existsSync(runs) ? readdirSync(runs) : []) {
    if (!existsSync(path.join(runDir(name), 'run.json'))) continue;
    for (const { pid } of processesOfRun(readRunSync(runDir(name)).id)) process.kill(pid, 'SIGKILL');
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** An experiment on yolov8n from its YAML: no weights are downloaded. */
export function writeExperiment(
  { dir }: Workshop,
  name: string,
  keys: Readonly<Record<string, unknown>>,
): string {
  const all = {
    trainer: 'ultralytics',
    model: 'yolov8n.yaml',
    data: 'data.yaml',
    epochs: 3,
    batch: 16,
    imgsz: 64,
    device: 'cpu',
    workers: 0,
    plots: false,
    amp: false,
    optimizer: 'SGD',
    mosaic: 0,
    ...keys,
  };
  const file = path.join(dir, `${name}.train.yaml`);
  writeFileSync(
    file,
    Object.entries(all)
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
      .join(''),
  );
  return file;
}

/** Of Ultralytics, in the interpreter that the suite runs on. */
export function installedVersion(): string {
  const script = 'import importlib.metadata as m; print(m.version("ultralytics"))';
  return execFileSync(python, ['-c', script], { encoding: 'utf8' }).trim();
}

/** The whole lines so far; one that is being written is left out. */
export function readEvents(runDir: string): TrainerEvent[] {
  const text = readFileSync(path.join(runDir, 'events.jsonl'), 'utf8');
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => zTrainerEvent.parse(JSON.parse(line)));
}

export function eventsOf<T extends TrainerEvent['type']>(runDir: string, type: T): TrainerEventOf<T>[] {
  if (!existsSync(path.join(runDir, 'events.jsonl'))) return [];
  return readEvents(runDir).filter((event): event is TrainerEventOf<T> => event.type === type);
}

/** A detector of 60 k parameters that learns the example in a minute: yolov8n sees hardly anything in so little time. */
export function writeTinyModel({ dir }: Workshop): string {
  const conv = (channels: number) => `  - [-1, 1, Conv, [${channels}, 3, 2]]\n`;
  const block = (channels: number) => `  - [-1, 1, C2f, [${channels}, True]]\n`;
  const backbone = conv(16) + conv(32) + block(32) + conv(64) + block(64);
  writeFileSync(
    path.join(dir, 'tiny.yaml'),
    `nc: 6\nbackbone:\n${backbone}head:\n  - [[2, 4], 1, Detect, [nc]]\n`,
  );
  return 'tiny.yaml';
}

/** Lines of validation.jsonl. */
export function validationsOf(runDir: string): (Record<string, unknown> & { readonly type: string })[] {
  const file = path.join(runDir, 'validation.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

export function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  return eventually(condition, () => what, 600_000);
}

/** What the keeper reported, line by line. */
export function keeperSaid(runDir: string): string[] {
  const lines = readFileSync(path.join(runDir, 'keeper.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => String(JSON.parse(line).message ?? ''));
}
