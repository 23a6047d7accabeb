// Recorded runs for pictures: written by test/helpers/record-run.ts, bundled on the spot.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import esbuild from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

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
  const outfile = path.join(root, '.vscode-test/record-run.cjs');
  mkdirSync(path.dirname(outfile), { recursive: true });
  await esbuild.build({
    entryPoints: [path.join(root, 'test/helpers/record-run.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'warning',
    external: ['sharp', 'onnxruntime-node'],
  });
  const { recordRuns } = createRequire(import.meta.url)(outfile);
  await recordRuns(
    config,
    runs,
    RECORDINGS.filter(({ name }) => names.includes(name)),
  );
}
