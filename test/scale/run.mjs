// Runs and sweeps in a real Slurm of one node, with faults. Usage: node run.mjs [--write] [WORD...]: only checks whose names hold a
// word; --write puts the result into docs/scale.md.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKS } from './checks.mjs';
import { openLab, whyNoSlurm } from './slurm-lab.mjs';

const why = whyNoSlurm();
if (why !== undefined) {
  console.log(`\nSKIPPED: runs in Slurm: ${why}`);
  process.exit(process.env.CI ? 1 : 0);
}
const words = process.argv.slice(2).filter((one) => one !== '--write');
// The sweep on this machine is what others are compared with.
const [[first], ...rest] = Object.entries(CHECKS);
const asked = [first, ...rest.map(([name]) => name)].filter(
  (name) => words.length === 0 || name === first || words.some((word) => name.includes(word)),
);
const lab = await openLab();
const results = [];
try {
  for (const name of asked) {
    const begun = performance.now();
    const problem = await Promise.resolve(CHECKS[name](lab)).then(
      () => undefined,
      (error) => error.message,
    );
    const seconds = Math.round((performance.now() - begun) / 1000);
    results.push({ name, seconds, problem });
    console.log(
      `${problem === undefined ? 'PASS' : 'FAIL'}  ${name} (${seconds} s)${problem ? `\n${problem}` : ''}`,
    );
  }
} finally {
  lab.close();
}
const failed = results.filter(({ problem }) => problem !== undefined).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
if (process.argv.includes('--write')) write();
process.exit(failed === 0 ? 0 : 1);

function write() {
  const page = path.resolve(import.meta.dirname, '../../docs/scale.md');
  const rows = results.map(
    ({ name, seconds, problem }) =>
      `| ${name} | ${problem === undefined ? 'passed' : 'FAILED'} | ${seconds} |`,
  );
  const table = ['| check | result | seconds |', '|---|---|---:|', ...rows].join('\n');
  const text = readFileSync(page, 'utf8');
  writeFileSync(page, text.replace(/(<!-- slurm -->\n)[\s\S]*?(<!-- slurm end -->)/, `$1${table}\n$2`));
}
