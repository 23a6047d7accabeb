// From the last training batch of an epoch to its mAP in what the page is sent, stage by stage: medians over the epochs of a real run
// of the example, followed as an editor follows it. What the page then draws is the bench of charts. Uses dist/.
// Usage: node test/bench/checkpoint-way.mjs [EPOCHS]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadTypeScript } from '../e2e/load-typescript.mjs';
import { record } from './rows.mjs';

const epochs = Number(process.argv[2] ?? 10);
const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-'));
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

const { openRun } = await loadTypeScript('src/engine/runs/live-run.ts');
const { createViewSession } = await loadTypeScript('src/protocol/dashboard/session.ts');

execFileSync(process.execPath, [cli, 'init', folder]);
const config = path.join(folder, 'pcb.train.yaml');
const keys = [`epochs=${epochs}`, 'warmup_epochs=1', 'early_stop=false'].flatMap((key) => ['--set', key]);
const begun = execFileSync(process.execPath, [cli, 'train', config, ...keys, '--detach', '--json'], {
  encoding: 'utf8',
});
const { run } = JSON.parse(begun.trim().split('\n').at(-1));

const live = await openRun(run, () => undefined);
const session = createViewSession();
const input = () => ({
  ...{ state: live.state, planned: undefined, presence: live.presence, now: Date.now(), t: (text) => text },
});
session.open({ axis: 'step', smoothing: 0.9, charts: {}, rows: 50 });
/** By epoch: when its validation was read, and how long its page was in the making. */
const seen = new Map();
live.onDidAppend((entries) => {
  const t = Date.now();
  const start = performance.now();
  do session.update(input());
  while (session.isPending);
  const page = performance.now() - start;
  for (const { type, epoch } of entries) if (type === 'validation') seen.set(epoch, { t, page });
});
await new Promise((resolve) => {
  live.onDidChange(() => (seen.size === epochs ? resolve() : undefined));
});
live.dispose();

const linesOf = (name) =>
  readFileSync(path.join(run, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const events = linesOf('events.jsonl');
const validations = linesOf('validation.jsonl').filter(({ type }) => type === 'validation');

/** Milliseconds of each stage of a checkpoint. */
function stagesOf({ epoch, step, t: judged, seconds }) {
  const batch = events.find((event) => event.type === 'step' && event.step === step);
  const checkpoint = events.find((event) => event.type === 'checkpoint' && event.epoch === epoch);
  const { load, inference, total } = seconds;
  return {
    'checkpoint written': checkpoint.t - batch.t,
    'taken up by the validator': judged - 1000 * total - checkpoint.t,
    'model loaded': 1000 * load,
    inference: 1000 * inference,
    'decoding, evaluation and the record': 1000 * (total - load - inference),
    'read by who follows the run': seen.get(epoch).t - judged,
    'page made': seen.get(epoch).page,
  };
}

// The first one starts the validator and decodes the images.
const all = validations.filter(({ epoch }) => epoch > 1).map(stagesOf);
const aside = all.map((stages) =>
  Object.entries(stages).reduce((sum, [name, ms]) => (name === 'inference' ? sum : sum + ms), 0),
);
for (const name of Object.keys(all[0])) {
  const ms = median(all.map((stages) => stages[name]));
  record(`last batch to mAP: ${name}`, ms, 'ms');
  console.log(`${name.padEnd(38)} ${ms.toFixed(1)} ms`);
}
record('last batch to mAP, inference aside', median(aside), 'ms', '60');
console.log(`${'all of it, inference aside'.padEnd(38)} ${median(aside).toFixed(1)} ms`);
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
