// The cost of keeping and watching a run: CPU seconds of the keeper and of a watcher (`pitwall watch`), as a share of
// the trainer's, without validation. Linux (reads /proc). Uses dist/. Argument: epochs of the example experiment.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { record } from './rows.mjs';

const epochs = Number(process.argv[2] ?? 6);
const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-'));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** CPU seconds of a process so far; undefined when it is gone. */
function cpuSeconds(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

execFileSync(process.execPath, [cli, 'init', folder]);
const config = path.join(folder, 'pcb.train.yaml');
const started = execFileSync(
  process.execPath,
  [cli, 'train', config, '--set', `epochs=${epochs}`, '--set', 'warmup_epochs=1', '--detach', '--json'],
  { encoding: 'utf8' },
);
const { run } = JSON.parse(started.trim().split('\n').at(-1));
const follower = spawn(process.execPath, [cli, 'watch', run, '--json'], { stdio: 'ignore' });

const first = {};
const last = {};
for (;;) {
  await sleep(250);
  let status;
  try {
    status = JSON.parse(readFileSync(path.join(run, 'status.json'), 'utf8'));
  } catch {
    continue;
  }
  const trainer = status.trainer && cpuSeconds(status.trainer.pid);
  if (trainer === undefined && last.trainer !== undefined) break;
  if (status.state !== 'running' || trainer === undefined) continue;
  const now = {
    trainer,
    keeper: cpuSeconds(status.keeper.pid),
    follower: cpuSeconds(follower.pid),
    step: status.progress.step,
  };
  if (first.trainer === undefined) Object.assign(first, now);
  Object.assign(last, now);
}
follower.kill();
const share = (name) => {
  const whole = (100 * last[name]) / last.trainer;
  const steady = (100 * (last[name] - first[name])) / (last.trainer - first.trainer);
  record(`${name} over the trainer's CPU, once started`, steady, '%', '1');
  return `${name}: ${last[name].toFixed(2)} s, ${whole.toFixed(2)} % of the trainer's (${steady.toFixed(2)} % once started)`;
};
console.log(`trainer: ${last.trainer.toFixed(1)} s CPU, ${last.step + 1} steps`);
console.log(share('keeper'));
console.log(share('follower'));
for (
  let tries = 0;
  tries < 100 && !/"state":"(completed|failed)"/.test(readFileSync(path.join(run, 'status.json'), 'utf8'));
  tries++
)
  await sleep(100);
rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
