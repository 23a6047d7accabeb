import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseExperiment } from '../../src/domain/experiment/parse';
import { type TrainerEvent, type TrainerEventOf, zTrainerEvent } from '../../src/run/events';
import { repositoryRoot } from './shared';
import { until } from './until';

/** A run folder whose trainer is started by hand, without a keeper. */
export type TrainerRun = {
  readonly dir: string;
  start(attempt?: number, env?: Readonly<Record<string, string>>): StartedTrainer;
  events(): Promise<TrainerEvent[]>;
  ask(id: string, request: unknown): Promise<void>;
};

export type StartedTrainer = {
  readonly child: ChildProcess;
  /** Exit code, null after a signal; and what it wrote to stderr. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
};

/** Writes run.json for the experiment text of a config in `folder`. */
export async function createTrainerRun(folder: string, name: string, text: string): Promise<TrainerRun> {
  const file = path.join(folder, 'test.train.yaml');
  const { experiment, problems } = parseExperiment(text, { file });
  if (!experiment) throw new Error(problems.map((p) => p.message).join('\n'));
  const dir = path.join(folder, 'runs', name);
  await mkdir(path.join(dir, 'control/trainer'), { recursive: true });
  const resolved = { ...experiment, data: path.resolve(folder, experiment.data) };
  const machine = {
    host: 'test',
    platform: process.platform,
    cpus: 1,
    memoryBytes: 1,
    node: process.version,
  };
  const run = {
    format: 1,
    id: name,
    name,
    created: 0,
    experiment: { file, text, resolved },
    cwd: folder,
    machine,
  };
  await writeFile(path.join(dir, 'run.json'), JSON.stringify({ ...run, pitwall: 'test' }));
  return {
    dir,
    start: (attempt = 1, env = {}) => startTrainer(dir, attempt, env),
    events: () => readEvents(dir),
    ask: (id, request) =>
      writeFile(
        path.join(dir, 'control/trainer', `${id}.json`),
        JSON.stringify({ id, t: Date.now(), from: 'test', request }),
      ),
  };
}

function startTrainer(dir: string, attempt: number, env: Readonly<Record<string, string>>): StartedTrainer {
  const program = path.join(repositoryRoot, 'dist/trainer.js');
  const child = spawn(process.execPath, [program, dir, '--attempt', String(attempt)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stderr }));
  });
  return { child, ended };
}

/** Every whole line, checked against the protocol. */
async function readEvents(dir: string): Promise<TrainerEvent[]> {
  const file = path.join(dir, 'events.jsonl');
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return lines.filter((line) => line !== '').flatMap((line) => parseEvent(line));
}

/** A line that a killed writer tore is not an event; any other must be one. */
function parseEvent(line: string): TrainerEvent[] {
  if (!line.endsWith('}')) return [];
  return [zTrainerEvent.parse(JSON.parse(line))];
}

export function eventsOf<T extends TrainerEvent['type']>(
  events: readonly TrainerEvent[],
  type: T,
): TrainerEventOf<T>[] {
  return events.filter((event): event is TrainerEventOf<T> => event.type === type);
}

/** Reads the events again and again until `test` holds. */
export async function waitForEvents(
  run: TrainerRun,
  test: (events: readonly TrainerEvent[]) => boolean,
): Promise<void> {
  await until(
    async () => test(await run.events()),
    () => `the events of ${run.dir}`,
  );
}
