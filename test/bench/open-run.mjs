// Opening a run of a million steps: CPU seconds cold (no cache) and warm, and the longest time the host's event loop
// was blocked; then what the host takes to thin the loss and LR charts anew for a range that a person chose (the median
// of ranges of a thousandth to a half of the run). The log is made here. Bundles the engine for itself, so that it
// measures the present code.
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
  return live;
}

const RANGES = [0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5];
const WIDTH = 560;

/** Milliseconds for each range of the step axis, from the request to the update that the page is sent. */
function rangeQueries({ createViewSession }, state) {
  const session = createViewSession();
  const input = { state, planned: undefined, presence: undefined, now: 0, t: (text) => text };
  const lensOf = (range) => ({
    ...{ axis: 'step', smoothing: 0.9, rows: 0 },
    charts: { loss: { width: WIDTH, ...range }, lr: { width: WIDTH, ...range } },
  });
  const settle = () => {
    do session.update(input);
    while (session.isPending);
  };
  session.open(lensOf({}));
  settle();
  return RANGES.map((share) => {
    const from = (STEPS * (1 - share)) / 3;
    const start = performance.now();
    session.setLens(lensOf({ from, to: from + STEPS * share }));
    settle();
    return performance.now() - start;
  });
}

const dir = path.join(folder, 'run');
process.env.XDG_STATE_HOME = path.join(folder, 'state');
await writeLongRun(dir, STEPS);
console.log(`events.jsonl: ${(statSync(path.join(dir, 'events.jsonl')).size / 1e6).toFixed(0)} MB`);
await bundle('src/engine/runs/worker.ts', 'run-worker.js');
const { openRun } = createRequire(import.meta.url)(
  await bundle('src/engine/runs/live-run.ts', 'live-run.cjs'),
);
(await open(openRun, dir, 'cold')).dispose();
const live = await open(openRun, dir, 'warm');
const session = createRequire(import.meta.url)(
  await bundle('src/protocol/dashboard/session.ts', 'session.cjs'),
);
const times = rangeQueries(session, live.state).sort((a, b) => a - b);
const [middle, longest] = [times[Math.floor(times.length / 2)], times[times.length - 1]];
record('a range of a million steps', middle, 'ms', '20');
record('the longest of them', longest, 'ms', '50');
console.log(
  `a range of it: ${middle.toFixed(1)} ms (median of ${times.length}), at most ${longest.toFixed(1)} ms`,
);
live.dispose();
rmSync(folder, { recursive: true, force: true });
