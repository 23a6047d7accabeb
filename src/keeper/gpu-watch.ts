import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Disposable } from '../base/disposable';
import { words } from '../base/words';
import {
  type CardReading,
  cardReadings,
  createPeriods,
  type ProcessReading,
  parseCardReading,
  parseProcessReading,
  processReadings,
} from '../domain/gpu/readings';
import { visibleCards } from '../domain/gpu/visible';
import { runEnvironment } from '../engine/process/run-environment';
import { processOfRun } from '../engine/process/run-processes';
import type { RunFile } from '../run/files';
import { abandon } from '../run/folder/ask-program';
import { findProgram } from '../run/folder/find-program';
import type { KeeperNote } from './run-journal';
import type { Supervisor } from './supervisor';

export type GpuWatchOptions = {
  readonly run: RunFile;
  readonly dir: string;
  readonly supervisor: Supervisor;
  readonly note: (entry: KeeperNote) => void;
  /** Between two readings; another for tests. */
  readonly seconds?: number;
};

const SECONDS = 5;
/** A day has about 4,000 readings: the longer a run, the further apart they are written. */
const READINGS = 1000;

/**
 * Memory, use, temperature and power of the cards that this run sees, for its chart. nvidia-smi is started once for the cards and
 * once for the processes on them, and each prints period after period: a start for each reading would cost a second of a core.
 */
export class GpuWatch implements Disposable {
  readonly #options: GpuWatchOptions;
  readonly #children = new Set<ChildProcess>();
  #processes: readonly ProcessReading[] = [];
  #began = Number.NaN;
  #written = Number.NEGATIVE_INFINITY;

  constructor(options: GpuWatchOptions) {
    this.#options = options;
  }

  /** Nothing happens without nvidia-smi; if it ends by itself, the chart ends there. */
  start(): void {
    const program = findProgram('nvidia-smi');
    if (program === undefined) return;
    const { seconds = SECONDS } = this.#options;
    this.#began = performance.now();
    const onCards = createPeriods<CardReading>((cards) => this.#write(cards));
    const onProcesses = createPeriods<ProcessReading>((processes) => {
      this.#processes = processes;
    });
    this.#stream(program, cardReadings(seconds), (line) => feed(parseCardReading(line), onCards));
    this.#stream(program, processReadings(seconds), (line) => feed(parseProcessReading(line), onProcesses));
  }

  dispose(): void {
    for (const child of this.#children) abandon(child);
    this.#children.clear();
  }

  #stream(program: string, args: readonly string[], onLine: (line: string) => void): void {
    const ended = (): void => undefined;
    const name = words('watching the GPU');
    this.#options.supervisor.start({
      name,
      run: () => this.#run(program, args, onLine),
      done: ended,
      failed: ended,
    });
  }

  #run(program: string, args: readonly string[], onLine: (line: string) => void): Promise<void> {
    const env = runEnvironment(this.#options.run.id, 'gpu-watch');
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true, env });
    this.#children.add(child);
    createInterface({ input: child.stdout }).on('line', onLine);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => {
        this.#children.delete(child);
        resolve();
      });
    });
  }

  #write(all: readonly CardReading[]): void {
    const now = performance.now();
    // A reading a little early is not left out: the program's clock is not this one.
    if (now - this.#written < 0.9 * ((now - this.#began) / READINGS)) return;
    this.#written = now;
    const cards = visibleNow(all).map((card) => ({ ...numbersOf(card), ...this.#own(card) }));
    if (cards.length > 0) this.#options.note({ type: 'gpu', cards });
  }

  /** Memory of this run's own processes; unknown if the driver counts processes otherwise than this container. */
  #own({ uuid }: CardReading): { readonly own?: number } {
    const { run, dir } = this.#options;
    const own = this.#processes.filter((process) => processOfRun(process.pid, dir, run));
    if (own.length === 0) return {};
    const here = own.filter((process) => process.uuid === uuid && Number.isFinite(process.bytes));
    return { own: here.reduce((sum, { bytes }) => sum + bytes, 0) };
  }
}

function feed<T>(reading: T | undefined, take: (reading: T) => void): void {
  if (reading !== undefined) take(reading);
}

/** All of them if the run was given a part of one, which has no line of its own. */
function visibleNow(cards: readonly CardReading[]): readonly CardReading[] {
  const { cards: visible, isMig } = visibleCards(cards, process.env.CUDA_VISIBLE_DEVICES);
  return isMig ? cards : visible;
}

const numbersOf = ({ index, name, usedBytes, totalBytes, busy, celsius, watts, mostWatts }: CardReading) => ({
  ...{ index, name, used: usedBytes, total: totalBytes },
  ...known({ busy, celsius, watts, mostWatts }),
});

const known = <T extends Readonly<Record<string, number>>>(numbers: T): Partial<T> =>
  Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value))) as Partial<T>;
