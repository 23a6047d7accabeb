// Records the losses of healthy and sick runs of the builtin trainer on the example, for the table of alarms: one JSON
// line a run in test/fixtures/loss-runs.jsonl, total loss of each step in four digits. Existing runs are not made
// again. Usage: node test/statistics/record-runs.mjs [minutes]
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const cli = path.join(root, 'dist/cli.js');
const out = path.join(root, 'test/fixtures/loss-runs.jsonl');
const until = Date.now() + Number(process.argv[2] ?? 60) * 60_000;

const SHORT = ['val=false', 'epochs=9', 'imgsz=64', 'batch=4', 'checkpoints.every=100'];
const healthy = (name, ...set) => ({ name, sick: null, set });
const sick = (name, kind, ...set) => ({ name, sick: kind, set });
const seeds = (count, make) => Array.from({ length: count }, (_, seed) => make(seed)).flat();

/** Sick runs are so by their settings; the rule that has to report each is named. */
const CASES = seeds(4, (s) => [
  healthy(`sgd ${s}`, `seed=${s}`),
  sick(`cold ${s}`, 'diverged', `seed=${s}`, 'lr0=0.3', 'warmup_epochs=0', 'on_divergence=notify'),
  healthy(`adamw ${s}`, `seed=${s}`, 'optimizer=AdamW', 'lr0=0.002', 'warmup_bias_lr=0.002'),
  sick(`idle ${s}`, 'no_learning', `seed=${s}`, 'lr0=0.00000001', 'warmup_epochs=0', 'warmup_bias_lr=0'),
  healthy(`cosine ${s}`, `seed=${s}`, 'cos_lr=true', 'lrf=0.001'),
]);

const known = existsSync(out)
  ? readFileSync(out, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((l) => JSON.parse(l).name)
  : [];
const work = mkdtempSync(path.join(tmpdir(), 'pitwall-record-'));
const run = (...args) => spawnSync(process.execPath, [cli, ...args], { cwd: work, encoding: 'utf8' });

function lossesOf(folder) {
  const lines = readFileSync(path.join(folder, 'events.jsonl'), 'utf8').split('\n').filter(Boolean);
  const steps = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'step');
  return steps.map(({ loss }) =>
    typeof loss.total === 'number' ? Number(loss.total.toPrecision(4)) : String(loss.total),
  );
}

run('init', '.');
for (const [i, { name, sick: kind, set }] of CASES.entries()) {
  if (known.includes(name) || Date.now() > until) continue;
  const started = Date.now();
  const { status, stderr } = run(
    'train',
    'pcb.train.yaml',
    '--name',
    `r${i}`,
    ...[...SHORT, ...set].flatMap((s) => ['--set', s]),
  );
  const folder = path.join(work, 'runs', `r${i}`);
  if (!existsSync(path.join(folder, 'events.jsonl')))
    throw new Error(`${name}: ${stderr.trim().split('\n').at(-1)}`);
  const losses = lossesOf(folder);
  appendFileSync(out, `${JSON.stringify({ name, sick: kind, losses })}\n`);
  console.log(
    `${name}: ${losses.length} steps, exit ${status}, ${Math.round((Date.now() - started) / 1000)} s`,
  );
}
rmSync(work, { recursive: true, force: true });
