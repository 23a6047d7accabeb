// 20 runs of 100,000 steps each over each other: what `pitwall report` takes to read them all and to draw the page, cold
// and once more, and how large the page is. Usage: node test/bench/overlay.mjs [RUNS] [STEPS]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeLongRun } from './long-run.mjs';
import { record } from './rows.mjs';

const [count = 20, steps = 100_000] = process.argv.slice(2).map(Number);
const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-overlay-'));

try {
  const names = Array.from({ length: count }, (_, i) => `overlay-${i + 1}`);
  process.env.XDG_STATE_HOME = path.join(folder, 'state');
  for (const name of names) await writeLongRun(path.join(folder, 'runs', name), steps);
  for (const label of ['cold', 'once more']) {
    const start = performance.now();
    const argv = ['report', ...names, '--out', `${label}.html`];
    execFileSync(process.execPath, [cli, ...argv], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    const seconds = (performance.now() - start) / 1000;
    const kilobytes = statSync(path.join(folder, `${label}.html`)).size / 1000;
    record(`${count} runs of ${steps} steps in one report, ${label}`, seconds, 's');
    console.log(
      `${count} runs of ${steps} steps, ${label}: ${seconds.toFixed(2)} s, page of ${kilobytes.toFixed(0)} kB`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
