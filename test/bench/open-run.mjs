// Opening a run of a million steps: CPU seconds cold (no cache) and warm, and the longest time the host's event loop
// was blocked. The log is made here. Bundles the engine for itself, so that it measures the present code.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { build } from 'esbuild';
import { writeLongRun } from './long-run.mjs';
import { record } from './rows.mjs';

const STEPS = Number(process.argv[2] ?? 1_000_000);
const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-'));

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
  record(`a run of a million steps opened ${label}`, Number(seconds), 's', label === 'cold' ? '4' : '1');
  record(`the same, ${label}, CPU`, (user + system) / 1e6, 's');
  record(`the same, ${label}, event loop held`, delay.max / 1e6, 'ms', '50');
  const held = (delay.max / 1e6).toFixed(0);
  console.log(
    `${label}: ${live.state.steps.step.length} steps, ${seconds} s (${((user + system) / 1e6).toFixed(2)} s CPU), loop held up at most ${held} ms`,
  );
  live.dispose();
}

const dir = path.join(folder, 'run');
writeLongRun(dir, STEPS);
console.log(`events.jsonl: ${(statSync(path.join(dir, 'events.jsonl')).size / 1e6).toFixed(0)} MB`);
await bundle('src/engine/runs/worker.ts', 'run-worker.js');
const { openRun } = createRequire(import.meta.url)(
  await bundle('src/engine/runs/live-run.ts', 'live-run.cjs'),
);
await open(openRun, dir, 'cold');
await open(openRun, dir, 'warm');
rmSync(folder, { recursive: true, force: true });
