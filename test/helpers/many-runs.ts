import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { toJsonLine } from '../../src/base/json';
import { createRandom } from '../../src/base/random';
import { signRun } from '../../src/run/folder/signature';
import { wholeExperiment, wholeRunFile } from './whole-experiment';

export type ManyRuns = {
  readonly count: number;
  readonly epochs: number;
  /** How many of them are the user's own. */
  readonly signed?: number;
  readonly data?: string;
};

/** A folder of runs of a sweep over lr0 and batch, with a validation a epoch, as their keepers would have left them. */
export async function writeManyRuns(
  runsDir: string,
  { count, epochs, signed = 0, data }: ManyRuns,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const dir = path.join(runsDir, `sweep-${i + 1}`);
    mkdirSync(dir, { recursive: true });
    writeRun(dir, i, { epochs, data });
    if (i < signed) await signRun(dir);
  }
}

const LR0 = [0.001, 0.005, 0.01, 0.02, 0.05];
const BATCH = [8, 16, 32];
const DAY_MS = 86_400_000;
const STATES = ['completed', 'completed', 'completed', 'completed', 'stopped', 'failed'] as const;

function writeRun(dir: string, i: number, { epochs, data }: Pick<ManyRuns, 'epochs' | 'data'>): void {
  const name = path.basename(dir);
  const created = Date.now() - (i + 1) * 0.1 * DAY_MS;
  const { schedule } = wholeExperiment();
  const resolved = wholeExperiment({
    epochs,
    seed: i % 5,
    batch: BATCH[i % BATCH.length],
    schedule: { ...schedule, lr0: LR0[i % LR0.length] },
    ...(data !== undefined && { data }),
  });
  const experiment = { file: 'pcb.train.yaml', text: 'model: nano\n', resolved };
  const git = { commit: String(i).padStart(40, '0'), dirty: i % 3 === 0 };
  write(dir, 'run.json', JSON.stringify(wholeRunFile({ id: name, name, created, experiment, git })));
  const best = curve(dir, i, { epochs, created });
  const keeper = { pid: 1, started: '1', boot: 'b', host: os.hostname(), pidns: '' };
  const progress = {
    attempt: 1,
    epoch: epochs,
    epochs,
    step: epochs * 50 - 1,
    totalSteps: epochs * 50,
    best,
  };
  const heartbeat = created + epochs * 60_000;
  write(dir, 'status.json', JSON.stringify({ format: 1, state: STATES[i % 6], heartbeat, keeper, progress }));
}

const write = (dir: string, file: string, text: string): void => writeFileSync(path.join(dir, file), text);

type Course = { readonly epochs: number; readonly created: number };

/** Epochs with their losses, their checkpoints and the keeper's word on the best; returns that. */
function curve(dir: string, i: number, { epochs, created }: Course): { epoch: number; map: number } {
  const random = createRandom(i, 7);
  const top = 0.5 + 0.2 * random.next();
  let best = { epoch: 1, map: 0 };
  const events: object[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const map = top * (1 - Math.exp(-epoch / 12)) + 0.008 * random.normal();
    if (map > best.map) best = { epoch, map };
    const loss = { total: 0.4 + 2.4 * Math.exp(-epoch / 15) + 0.02 * random.normal() };
    const metrics = { map, map50: Math.min(1, map * 1.3), precision: 0.7, recall: 0.6 };
    events.push({
      type: 'epoch',
      t: created + epoch * 60_000,
      epoch,
      step: epoch * 50 - 1,
      seconds: 55,
      loss,
      metrics,
    });
  }
  write(dir, 'events.jsonl', events.map(toJsonLine).join(''));
  return best;
}
