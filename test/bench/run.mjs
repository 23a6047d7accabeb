// Every bench, one after the other; then which were skipped, and why. A slow number fails nothing, a bench that breaks
// does. Usage: node test/bench/run.mjs [PART-OF-A-NAME...]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findChromium } from '../e2e/chromium.mjs';
import { whyNotHere } from '../e2e/provision.mjs';
import { ultralyticsPython } from './probe/ultralytics-python.mjs';

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
  { name: 'many-runs' },
  { name: 'charts', needs: needsBrowser },
  { name: 'activation', needs: needsEditor },
  { name: 'editor', needs: needsEditor },
  { name: 'editor-long-run', needs: needsEditor },
  { name: 'trainer' },
  { name: 'validator' },
  { name: 'beside' },
  { name: 'watching-cost', needs: needsLinux },
  { name: 'looking-cost' },
  { name: 'ultralytics', needs: needsUltralytics },
];

/** Runs a bench; returns its exit code and the lines in which it says that it left something out. */
function run(name) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(here, `${name}.mjs`)], {
      stdio: ['ignore', 'pipe', 'inherit'],
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

const wanted = process.argv.slice(2);
const chosen = BENCHES.filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
if (chosen.length === 0) {
  console.error(`no bench is named so; there are ${BENCHES.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
console.log(`${os.cpus()[0].model}, ${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}`);
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
  const { why, left } = await run(name);
  skipped.push(...left.map((line) => `${name}: ${line.replace(/^SKIPPED:? */, '')}`));
  if (why) failed.push(`${name}: ${why}`);
}
console.log(`\n${ran} of ${chosen.length} benches ran`);
for (const line of skipped) console.log(`SKIPPED  ${line}`);
for (const line of failed) console.log(`FAILED   ${line}`);
process.exit(failed.length === 0 ? 0 : 1);
