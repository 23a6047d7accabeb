// 2,000 runs of 300 epochs: what it takes to list, filter and sort them. Usage: node test/bench/many-runs.mjs [RUNS] [EPOCHS]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadTypeScript } from '../e2e/load-typescript.mjs';
import { record } from './rows.mjs';

const [count = 2000, epochs = 300] = process.argv.slice(2).map(Number);
const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
const root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-many-'));
const TIMES = 5;

function medianMs(work) {
  const times = Array.from({ length: TIMES }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(TIMES / 2)];
}

const COMMANDS = {
  'pitwall --version (a process of Node alone)': ['--version'],
  'pitwall list': ['list'],
  'pitwall list --json': ['list', '--json'],
  'pitwall list --where --sort --columns': [
    'list',
    '--where',
    'lr0 > .005 and state = completed',
    '--sort',
    '-map,name',
    '--columns',
    'name,map,lr0,batch,seed',
  ],
};

try {
  const { writeManyRuns } = await loadTypeScript('test/helpers/many-runs.ts');
  const start = performance.now();
  await writeManyRuns(path.join(root, 'runs'), { count, epochs, signed: count });
  console.log(
    `${count} runs of ${epochs} epochs written in ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
  for (const [name, argv] of Object.entries(COMMANDS)) {
    const run = () => execFileSync(process.execPath, [cli, ...argv], { cwd: root, maxBuffer: 1e9 });
    const ms = medianMs(run);
    record(`${count} runs, ${name}`, ms, 'ms');
    console.log(`${name}: ${ms.toFixed(0)} ms (median of ${TIMES})`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
