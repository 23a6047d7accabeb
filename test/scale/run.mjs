// Runs and sweeps in a real Slurm or Ray of one node, with faults. Usage: node run.mjs [ray] [--write] [WORD...]: only checks whose
// names hold a word; --write puts the result into its page.
import path from 'node:path';
import { writeMarked } from '../helpers/marked-table.mjs';

const ENGINES = {
  slurm: { name: 'Slurm', lab: './slurm-lab.mjs', checks: './checks.mjs', page: 'scale.md' },
  ray: { name: 'Ray', lab: './ray-lab.mjs', checks: './ray-checks.mjs', page: 'ray.md' },
};
const words = process.argv.slice(2).filter((one) => one !== '--write' && !Object.hasOwn(ENGINES, one));
const key = Object.keys(ENGINES).find((one) => process.argv.includes(one)) ?? 'slurm';
const engine = ENGINES[key];
const { openLab, whyNone } = await import(engine.lab);
const { CHECKS } = await import(engine.checks);
const why = whyNone();
if (why !== undefined) {
  console.log(`\nSKIPPED: runs in ${engine.name}: ${why}`);
  process.exit(process.env.CI ? 1 : 0);
}
const asked = Object.keys(CHECKS).filter(
  (name) => words.length === 0 || words.some((word) => name.includes(word)),
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
  await lab.close();
}
const failed = results.filter(({ problem }) => problem !== undefined).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
if (process.argv.includes('--write')) write();
process.exit(failed === 0 ? 0 : 1);

function write() {
  const page = path.resolve(import.meta.dirname, '../../docs', engine.page);
  const rows = results.map(
    ({ name, seconds, problem }) =>
      `| ${name} | ${problem === undefined ? 'passed' : 'FAILED'} | ${seconds} |`,
  );
  const table = ['| check | result | seconds |', '|---|---|---:|', ...rows].join('\n');
  writeMarked(page, key, table);
}
