// Every bench, one after the other; then which were skipped, and why. A slow number fails nothing, a bench that breaks
// does. All numbers are written to one JSON file, with machine and commit.
// Usage: node test/bench/run.mjs [PART-OF-A-NAME...] [--out FILE] [--compare OLD.json] [--page docs/performance.md]
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium } from '../e2e/chromium.mjs';
import { whyNotHere } from '../e2e/provision.mjs';
import { ultralyticsPython } from './probe/ultralytics-python.mjs';
import { circumstances, comparisonOf, pageOf, ROWS_VARIABLE, readRows } from './rows.mjs';

const here = import.meta.dirname;
const cocoWorkload = path.join(os.homedir(), '.cache/pitwall/coco-bench/gt.json');

const needsBrowser = async () =>
  (await findChromium())
    ? undefined
    : 'no Chromium: apt-get install chromium, or npm i --no-save @sparticuz/chromium';
const needsEditor = async () => whyNotHere() ?? (await needsBrowser());
const needsCoco = () =>
  existsSync(cocoWorkload) || existsSync(path.resolve(here, '../../../shared/data/coco'))
    ? undefined
    : `neither ${cocoWorkload} nor ../shared/data/coco is here`;
const needsWorkload = () =>
  existsSync(cocoWorkload) ? undefined : `no ${cocoWorkload}; the evaluator's bench makes it`;
const needsUltralytics = () =>
  ultralyticsPython()
    ? undefined
    : 'no Ultralytics: node src/build/python-env.mjs makes an environment (several GB)';
const needsLinux = () => (process.platform === 'linux' ? undefined : 'reads /proc, which Linux alone has');

/** In this order: a bench that needs another's files comes after it. */
const BENCHES = [
  { name: 'tree' },
  { name: 'evaluator', needs: needsCoco },
  { name: 'bootstrap', needs: needsWorkload },
  { name: 'schedule-preview' },
  { name: 'python-hover' },
  { name: 'open-run' },
  { name: 'overlay' },
  { name: 'breakdown' },
  { name: 'many-runs' },
  { name: 'many-run-folders', needs: needsLinux },
  { name: 'runs-table', needs: needsBrowser },
  { name: 'charts', needs: needsBrowser },
  { name: 'activation', needs: needsEditor },
  { name: 'editor', needs: needsEditor },
  { name: 'editor-long-run', needs: needsEditor },
  { name: 'trainer' },
  { name: 'validator' },
  { name: 'beside' },
  { name: 'checkpoint-way' },
  { name: 'watching-cost', needs: needsLinux },
  { name: 'looking-cost' },
  { name: 'ultralytics', needs: needsUltralytics },
];

/** Runs a bench; returns its exit code and the lines in which it says that it left something out. */
function run(name, rowsFile) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(here, `${name}.mjs`)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, [ROWS_VARIABLE]: rowsFile },
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      text += chunk;
    });
    child.once('error', (error) => resolve({ why: error.message, left: [] }));
    child.once('close', (code, signal) =>
      resolve({
        why: code === 0 ? undefined : signal ? `signal ${signal}` : `exit code ${code}`,
        left: text.split('\n').filter((line) => /^SKIPPED|is absent from/.test(line)),
      }),
    );
  });
}

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, compare: { type: 'string' }, page: { type: 'string' } },
});
const before = options.compare && JSON.parse(readFileSync(options.compare, 'utf8'));
const chosen = BENCHES.filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
if (chosen.length === 0) {
  console.error(`no bench is named so; there are ${BENCHES.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const found = {
  ...circumstances(['npm run bench', ...(wanted.length > 0 ? ['--'] : []), ...wanted].join(' ')),
};
console.log(`${found.machine}, load ${found.load}`);
const scratch = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-rows-'));
const rows = [];
const skipped = [];
const failed = [];
let ran = 0;
for (const { name, needs } of chosen) {
  console.log(`\n== ${name}`);
  const reason = await needs?.();
  if (reason) {
    console.log(`SKIPPED: ${reason}`);
    skipped.push(`${name}: ${reason}`);
    continue;
  }
  ran++;
  const rowsFile = path.join(scratch, name);
  writeFileSync(rowsFile, '');
  const { why, left } = await run(name, rowsFile);
  rows.push(...readRows(rowsFile).map((row) => ({ bench: name, ...row })));
  skipped.push(...left.map((line) => `${name}: ${line.replace(/^SKIPPED:? */, '')}`));
  if (why) failed.push(`${name}: ${why}`);
}
rmSync(scratch, { recursive: true });
console.log(`\n${ran} of ${chosen.length} benches ran`);
for (const line of skipped) console.log(`SKIPPED  ${line}`);
for (const line of failed) console.log(`FAILED   ${line}`);
const now = { ...found, rows, skipped, failed };
const out = path.resolve(
  options.out ?? path.join(here, '../artifacts', `bench-${found.commit.slice(0, 7)}.json`),
);
mkdirSync(path.dirname(out), { recursive: true });
writeFileSync(out, `${JSON.stringify(now, undefined, 2)}\n`);
console.log(`${rows.length} rows written to ${out}`);
if (before) for (const line of comparisonOf(before, now)) console.log(line);
if (options.page) writeFileSync(options.page, pageOf(now));
process.exit(failed.length === 0 ? 0 : 1);
