// Recorded runs for pictures: written by test/helpers/record-run.ts.
import path from 'node:path';
import { loadTypeScript } from './load-typescript.mjs';

const RECORDINGS = [
  {
    name: 'pcb-nano-1',
    epochs: 50,
    stepsPerEpoch: 200,
    steps: 10_000,
    end: 'completed',
    ageMinutes: 30,
    seed: 3,
  },
  {
    name: 'pcb-micro-1',
    epochs: 50,
    stepsPerEpoch: 200,
    steps: 10_000,
    end: 'completed',
    ageMinutes: 200,
    seed: 5,
    lr0: 0.02,
  },
  {
    name: 'pcb-nano-hot',
    epochs: 50,
    stepsPerEpoch: 200,
    steps: 700,
    end: 'diverged',
    ageMinutes: 400,
    seed: 8,
    lr0: 0.1,
    warmupEpochs: 0,
  },
  { name: 'live', epochs: 50, stepsPerEpoch: 200, steps: 5000, ageMinutes: 10, seed: 9 },
];

/** Writes recorded runs into a workspace's runs folder: a completed one, a better one, a diverged one unless named. */
export async function recordedRuns({ config, runs }, names = ['pcb-nano-1', 'pcb-micro-1', 'pcb-nano-hot']) {
  const { recordRuns } = await loadTypeScript('test/helpers/record-run.ts');
  const { signRun } = await loadTypeScript('src/run/folder/signature.ts');
  const recordings = RECORDINGS.filter(({ name }) => names.includes(name));
  await recordRuns(config, runs, recordings);
  // The person's own: another's images are not shown.
  for (const { name } of recordings) await signRun(path.join(runs, name));
}

/** Writes short runs that have ended, named NAME-1 and so on: for lists. */
export async function manyRuns({ config, runs }, { name, count }) {
  const { recordRuns } = await loadTypeScript('test/helpers/record-run.ts');
  const { signRun } = await loadTypeScript('src/run/folder/signature.ts');
  const recordings = Array.from({ length: count }, (_, i) => ({
    name: `${name}-${i + 1}`,
    epochs: 2,
    stepsPerEpoch: 10,
    steps: 20,
    end: 'completed',
    ageMinutes: 60 * (count - i),
    seed: i + 1,
  }));
  await recordRuns(config, runs, recordings);
  for (const { name: run } of recordings) await signRun(path.join(runs, run));
}
