// What it costs to look with the command line: CPU seconds of the shortest command, of a list of 50 runs, and of a look at a
// live run of 5,000 steps. With the path of another dist/cli.js the two take turns, and the ratio of their medians is printed.
// Usage: node test/bench/looking-cost.mjs [CLI]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { loadTypeScript } from '../e2e/load-typescript.mjs';
import { exampleWorkspace } from '../e2e/workspace.mjs';
import { record } from './rows.mjs';

const ROUNDS = 21;
const hook = path.join(import.meta.dirname, 'report-usage.cjs');
const own = path.resolve(import.meta.dirname, '../../dist/cli.js');
const clis = [own, ...process.argv.slice(2, 3).map((file) => path.resolve(file))];
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** CPU seconds of a command line, from the start of its process. */
async function cpuSeconds(cli, argv, cwd) {
  const stdio = ['ignore', 'ignore', 'inherit', 'pipe'];
  const child = spawn(process.execPath, ['-r', hook, cli, ...argv], { cwd, stdio });
  const [usage, [code]] = await Promise.all([text(child.stdio[3]), once(child, 'close')]);
  if (code !== 0) throw new Error(`${cli} ${argv.join(' ')}: exit code ${code}`);
  return JSON.parse(usage).cpu;
}

async function recordedFolder() {
  const folder = exampleWorkspace();
  const { recordRuns } = await loadTypeScript('test/helpers/record-run.ts');
  const { signRun } = await loadTypeScript('src/run/folder/signature.ts');
  const short = { epochs: 50, stepsPerEpoch: 4, steps: 200, end: 'completed' };
  const many = Array.from({ length: 50 }, (_, i) => ({ ...short, name: `run-${i}`, seed: i }));
  await recordRuns(folder.config, folder.runs, many);
  // The person's own, as nearly all are: telling so is part of the list's cost.
  process.env.XDG_STATE_HOME = path.join(folder.dir, 'state');
  for (const { name } of many) await signRun(path.join(folder.runs, name));
  const live = { name: 'live', epochs: 50, stepsPerEpoch: 200, steps: 5000, seed: 9 };
  await recordRuns(folder.config, path.join(folder.dir, 'one'), [live]);
  return folder;
}

const folder = await recordedFolder();
for (const argv of [['--version'], ['help'], ['list'], ['show', 'one/live'], ['schedule', folder.config]]) {
  const seconds = clis.map(() => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, cli] of clis.entries()) seconds[i].push(await cpuSeconds(cli, argv, folder.dir));
  const [mine, others] = seconds.map(median);
  record(`pitwall ${argv[0]}`, 1000 * mine, 'ms CPU');
  const beside = others === undefined ? '' : `, ${(mine / others).toFixed(3)} of ${others.toFixed(3)} s`;
  console.log(`${argv.join(' ')}: ${mine.toFixed(3)} s${beside}`);
}
folder.remove();
