// Opening a run of a million steps: CPU seconds cold (no cache) and warm, and the longest time the host's event loop was
// held up. The log is made here. Bundles the engine for itself, so that it measures the code as it stands.
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { build } from 'esbuild';

const STEPS = Number(process.argv[2] ?? 1_000_000);
const PER_EPOCH = 625;
const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-'));

function writeRun(dir) {
  mkdirSync(dir);
  const resolved = { epochs: STEPS / PER_EPOCH };
  const machine = { host: 'bench', platform: '', cpus: 1, memoryBytes: 0, node: '' };
  const experiment = { file: 'bench', text: '', resolved };
  const run = {
    format: 1,
    id: 'bench',
    name: 'bench',
    created: 0,
    experiment,
    cwd: dir,
    machine,
    pitwall: '',
  };
  writeFileSync(path.join(dir, 'run.json'), JSON.stringify(run));
  const fd = openSync(path.join(dir, 'events.jsonl'), 'w');
  const write = (...events) => writeSync(fd, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  write({
    type: 'hello',
    t: 0,
    trainer: 'builtin',
    pid: 1,
    attempt: 1,
    fromStep: 0,
    groups: ['weights', 'norm', 'bias'],
    knobs: [],
  });
  for (let first = 0; first < STEPS; first += PER_EPOCH) {
    const epoch = first / PER_EPOCH + 1;
    const steps = Array.from({ length: PER_EPOCH }, (_, i) => stepEvent(first + i, epoch));
    const bytes = 400_000;
    write(...steps, {
      type: 'checkpoint',
      t: first,
      path: `checkpoints/epoch-${epoch}`,
      epoch,
      step: first,
      bytes,
    });
  }
  closeSync(fd);
}

/** Numbers as long as a real trainer's: float32 losses, float64 rates. */
function stepEvent(step, epoch) {
  const lr = 0.01 * Math.cos(step / STEPS);
  const loss = () => Math.fround(Math.random());
  return {
    type: 'step',
    t: 1795462299604 + step * 60,
    step,
    epoch,
    lr: [lr, lr, 10 * lr],
    loss: { total: loss(), box: loss(), cls: loss(), dfl: loss() },
    ips: 100 * Math.random(),
    grad: loss(),
  };
}

async function bundle(entry, name) {
  const outfile = path.join(folder, name);
  await build({
    entryPoints: [path.join(root, entry)],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
  });
  return outfile;
}

async function open(openRun, dir, label) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const cpu = process.cpuUsage();
  const start = performance.now();
  delay.enable();
  const live = await openRun(dir, undefined, folder);
  delay.disable();
  const seconds = ((performance.now() - start) / 1000).toFixed(2);
  const { user, system } = process.cpuUsage(cpu);
  const held = (delay.max / 1e6).toFixed(0);
  console.log(
    `${label}: ${live.state.steps.step.length} steps, ${seconds} s (${((user + system) / 1e6).toFixed(2)} s CPU), loop held up at most ${held} ms`,
  );
  live.dispose();
}

const dir = path.join(folder, 'run');
writeRun(dir);
console.log(`events.jsonl: ${(statSync(path.join(dir, 'events.jsonl')).size / 1e6).toFixed(0)} MB`);
await bundle('src/engine/view/worker.ts', 'run-worker.js');
const { openRun } = createRequire(import.meta.url)(
  await bundle('src/engine/view/live-run.ts', 'live-run.cjs'),
);
await open(openRun, dir, 'cold');
await open(openRun, dir, 'warm');
rmSync(folder, { recursive: true, force: true });
