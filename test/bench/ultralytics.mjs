// Steps per second of an Ultralytics run with Pitwall's validation beside it and without, on one core for the trainer: what
// validation off the loop costs the training. Uses dist/ and the environment of npm run test:ultralytics (PITWALL_PYTHON).
// Argument: how often each of the two is run, in turns.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ultralyticsPython } from './probe/ultralytics-python.mjs';
import { record } from './rows.mjs';

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rounds = Number(process.argv[2] ?? 3);
const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-'));
const CONFIG = `trainer: ultralytics
model: yolov8n.yaml
data: data.yaml
epochs: 4
batch: 16
fraction: 0.4
imgsz: 128
device: cpu
plots: false
amp: false
optimizer: SGD
`;

const MODES = {
  'no validation': 'val: false\n',
  "Pitwall's, beside it": 'validation: { device: cpu, batch: 16, backlog: all }\n',
  "Ultralytics' own val, beside it":
    'validation: { engine: ultralytics, device: cpu, batch: 16, backlog: all }\n',
  "Ultralytics' own val, in its loop":
    'validation: { enabled: true, in_loop: 1, device: cpu, every: 1000 }\n',
};

/** Steps per second from the first step to the last: pauses at the end of an epoch count. */
function stepsPerSecond(mode, round) {
  const name = `${Object.keys(MODES).indexOf(mode)}-${round}`;
  const config = path.join(folder, `${name}.train.yaml`);
  writeFileSync(config, CONFIG + MODES[mode]);
  execFileSync(process.execPath, [cli, 'train', config, '--name', name, '--json'], {
    stdio: 'ignore',
    env: { ...process.env, PITWALL_PYTHON: ultralyticsPython(), OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  });
  const lines = readFileSync(path.join(folder, 'runs', name, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const steps = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'step');
  return ((steps.length - 1) * 1000) / (steps.at(-1).t - steps[0].t);
}

execFileSync(process.execPath, [cli, 'init', folder]);
const rates = Object.fromEntries(Object.keys(MODES).map((mode) => [mode, []]));
for (let round = 0; round < rounds; round++)
  for (const mode of Object.keys(MODES)) rates[mode].push(stepsPerSecond(mode, round));
const [base, ...others] = Object.keys(MODES);
console.log(`${base}: ${median(rates[base]).toFixed(2)} steps/s`);
for (const mode of others) {
  const ratio = median(rates[mode].map((rate, i) => rate / rates[base][i]));
  record(`steps/s with ${mode} over ${base}`, ratio, 'x');
  console.log(`${mode}: ${median(rates[mode]).toFixed(2)} steps/s, ${ratio.toFixed(3)} of it`);
}
rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
