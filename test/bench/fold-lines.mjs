// Folding 1,000,000 lines of each kind into a run's state, as an open page does: time for each quarter, which stays the
// same if the fold is linear, and the memory of what is kept. Usage: node --expose-gc test/bench/fold-lines.mjs [lines]

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const source = `
  export { RunDraft } from './src/run/draft';
  export { createRunState, foldEntry } from './src/run/reduce';
  export { parseEventLine, parseKeeperLine, parseValidationLine } from './src/run/parse-entry';
`;
const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-bench-'));
const bundle = path.join(folder, 'fold.cjs');
const bundled = await build({
  stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'node',
});
writeFileSync(bundle, bundled.outputFiles[0].contents);
const { RunDraft, createRunState, foldEntry, parseEventLine, parseKeeperLine, parseValidationLine } =
  require(bundle);
rmSync(folder, { recursive: true });

const LINES = Number(process.argv[2] ?? 1_000_000);
const QUARTERS = 4;
const PARSE = { events: parseEventLine, keeper: parseKeeperLine, validation: parseValidationLine };

const epochPath = (i) => `checkpoints/epoch-${String(i + 1).padStart(4, '0')}`;
const hello = { trainer: 'builtin', pid: 1, groups: ['weights'], knobs: [] };
/** Of each kind: its file and its i-th line. */
const KINDS = {
  step: [
    'events',
    (i) => ({ step: i, epoch: 1, lr: [0.01, 0.02, 0.03], loss: { total: 3, box: 1, cls: 2 } }),
  ],
  epoch: ['events', (i) => ({ epoch: i + 1, step: i, seconds: 1, loss: { total: 3 } })],
  checkpoint: ['events', (i) => ({ epoch: i + 1, step: i, path: epochPath(i), bytes: 1 })],
  control: ['events', (i) => ({ id: `c${i}`, ok: true, step: i, message: 'set' })],
  log: ['events', (i) => ({ level: 'info', message: `line ${i}` })],
  plan: ['events', (i) => ({ epochs: 9, stepsPerEpoch: 9, totalSteps: i })],
  hello: ['events', (i) => ({ ...hello, attempt: i + 1, fromStep: i })],
  end: ['events', (i) => ({ reason: 'completed', step: i })],
  alert: ['keeper', (i) => ({ rule: 'r', severity: 'info', message: `m${i}` })],
  best: ['keeper', (i) => ({ epoch: i + 1, map: 0.5, path: epochPath(i) })],
  cleanup: ['keeper', (i) => ({ epoch: i + 1, path: epochPath(i), bytes: 1, reason: 'old' })],
  pin: ['keeper', (i) => ({ epoch: i + 1, pinned: true })],
  answer: ['keeper', (i) => ({ id: `a${i}`, request: { type: 'stop' }, ok: true, message: '' })],
  skipped: ['validation', (i) => ({ epoch: i + 1, reason: 'later ones wait' })],
  failed: ['validation', (i) => ({ epoch: i + 1, message: 'no model' })],
};

function foldQuarter(draft, type, quarter) {
  const [file, fields] = KINDS[type];
  const count = LINES / QUARTERS;
  const start = process.cpuUsage();
  for (let i = quarter * count; i < (quarter + 1) * count; i++) {
    const { value } = PARSE[file](JSON.stringify({ type, t: i, ...fields(i) }));
    foldEntry(draft, { source: file, value });
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

console.log(
  `${LINES} lines of each kind; CPU seconds of each quarter, with making and parsing its lines; MB kept`,
);
for (const type of Object.keys(KINDS)) {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const draft = new RunDraft(createRunState());
  const seconds = Array.from({ length: QUARTERS }, (_, quarter) => foldQuarter(draft, type, quarter));
  globalThis.gc?.();
  const after = process.memoryUsage();
  const mb = (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1e6;
  const { problems } = draft.state;
  console.log(
    `${type.padEnd(10)} ${seconds.map((s) => s.toFixed(2)).join('  ')}   ${mb.toFixed(0).padStart(4)} MB   ${problems.join('; ')}`,
  );
}
