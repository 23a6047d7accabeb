import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseJson } from '../../src/base/json';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { until } from '../helpers/until';

const REPOSITORY = process.env.PITWALL_REPOSITORY ?? path.resolve(import.meta.dirname, '../..');
/** A command that has not ended by then hangs; the longest takes half a minute on an idle machine. */
const ENDLESS_MS = 300_000;

export type Result = {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** It was killed because it did not end. */
  readonly hangs: boolean;
};

/** Keys of a run that is as short as can be. */
export const ONE = ['epochs=1', 'warmup_epochs=0'] as const;

type Line = Readonly<Record<string, unknown>>;

/** A folder of its own with the tiny dataset of test/fixtures/runs, and one version of the command line. */
export class World {
  readonly dir: string;
  /** The tree of the version, whose modules some cases ask. */
  readonly tree: string;
  readonly isOld: boolean;
  readonly #cli: string;

  constructor(cli: string, isOld: boolean) {
    this.#cli = path.resolve(cli);
    this.tree = path.dirname(path.dirname(this.#cli));
    this.isOld = isOld;
    this.dir = mkdtempSync(path.join(tmpdir(), 'pitwall-old-faults-'));
    const from = path.join(REPOSITORY, 'test/fixtures/runs/9508bab');
    for (const name of readdirSync(from).filter((one) => !one.startsWith('old')))
      cpSync(path.join(from, name), path.join(this.dir, name), { recursive: true });
  }

  at(...parts: readonly string[]): string {
    return path.join(this.dir, ...parts);
  }

  run(argv: readonly string[], timeout = ENDLESS_MS, cwd = this.dir): Promise<Result> {
    const child = spawn(process.execPath, [this.#cli, ...argv], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
    });
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (text.out += String(chunk)));
    child.stderr.on('data', (chunk) => (text.err += String(chunk)));
    return new Promise<Result>((resolve) => {
      child.once('close', (code, signal) => resolve({ code, ...text, hangs: signal === 'SIGKILL' }));
    });
  }

  /** Trains tiny.train.yaml with these keys. */
  train(name: string, keys: readonly string[] = [], config = 'tiny.train.yaml'): Promise<Result> {
    return this.run(trainArgs(name, keys, config));
  }

  startTraining(name: string, keys: readonly string[]): Promise<Result> {
    return this.run(trainArgs(name, keys, 'tiny.train.yaml'));
  }

  /** A config of its own: tiny.train.yaml with keys replaced or added. */
  config(name: string, keys: Readonly<Record<string, unknown>>): string {
    const old = readFileSync(this.at('tiny.train.yaml'), 'utf8').split('\n');
    const kept = old.filter((line) => !Object.keys(keys).some((key) => line.startsWith(`${key}:`)));
    const added = Object.entries(keys).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    writeFileSync(this.at(name), [...kept, ...added, ''].join('\n'));
    return name;
  }

  /** The whole lines of a file of a run. */
  lines(run: string, file: string): Line[] {
    const at = this.at('runs', run, file);
    const text = existsSync(at) ? readFileSync(at, 'utf8') : '';
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => parseJson(line) as Line);
  }

  events(run: string, type: string): Line[] {
    return this.lines(run, 'events.jsonl').filter((line) => line.type === type);
  }

  /** Waits for so many steps, or for the end. */
  untilStep(run: string, count: number): Promise<void> {
    return until(() => this.events(run, 'step').length >= count || this.events(run, 'end').length > 0);
  }

  /** mAP50-95 of the last validation of a run. */
  map(run: string): number {
    return Number(this.lines(run, 'validation.jsonl').findLast(({ type }) => type === 'validation')?.map);
  }

  /** The old version's keepers go on for a while after a command has ended. */
  remove(): void {
    const runs = existsSync(this.at('runs')) ? readdirSync(this.at('runs')) : [];
    for (const file of runs.map((name) => this.at('runs', name, 'run.json')).filter(existsSync))
      for (const { pid } of processesOfRun(JSON.parse(readFileSync(file, 'utf8')).id))
        process.kill(pid, 'SIGKILL');
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

const trainArgs = (name: string, keys: readonly string[], config: string): string[] => [
  ...['train', config, '--name', name],
  ...keys.flatMap((key) => ['--set', key]),
];
