// COCO files to the 12 numbers: `pitwall evaluate` against pycocotools, faster-coco-eval, hotcoco and vernier, one core,
// in turns within one run. usage: node evaluator.mjs [rounds=5]
// Python with the engines: PITWALL_COCO_PYTHON, else ~/.cache/pitwall/bench/bin/python. Workloads are made by
// ../shared/data/coco/bench/gen_workload.mjs into ~/.cache/pitwall/coco-bench.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { record } from './rows.mjs';

const here = import.meta.dirname;
const root = path.resolve(here, '../..');
const cache = path.join(os.homedir(), '.cache/pitwall');
const python = process.env.PITWALL_COCO_PYTHON ?? path.join(cache, 'bench/bin/python');
const rounds = Number(process.argv[2] ?? 5);
const OTHERS = ['pycocotools', 'faster-coco-eval', 'hotcoco', 'vernier'];
/** pycocotools takes a minute for the larger workload; it is run this often. */
const SLOW_ROUNDS = 1;
const pin = existsSync('/usr/bin/taskset') ? ['/usr/bin/taskset', '-c', '0'] : [];

function workloads() {
  const folder = path.join(cache, 'coco-bench');
  const data = path.resolve(root, '../shared/data/coco');
  if (!existsSync(path.join(folder, 'gt.json'))) {
    if (!existsSync(data)) throw new Error(`${data} is absent: there is nothing to make the workloads from`);
    const source = path.join(data, 'MiXaiLL76_faster_coco_eval/instances_val2014_100.json');
    execFileSync(process.execPath, [path.join(data, 'bench/gen_workload.mjs'), source, folder]);
  }
  const gt = path.join(folder, 'gt.json');
  return ['dt_1x.json', 'dt_86.json'].map((name) => ({ name, gt, dt: path.join(folder, name) }));
}

function execute(command, args) {
  const [program, ...rest] = [...pin, command, ...args];
  const start = performance.now();
  const result = spawnSync(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  if (result.status !== 0) throw new Error(result.stderr.trim().split('\n').at(-1));
  return { result, process: (performance.now() - start) / 1000 };
}

function pitwall({ gt, dt }) {
  const hook = path.join(here, 'report-usage.cjs');
  const cli = path.join(root, 'dist/cli.js');
  const { result, process: seconds } = execute(process.execPath, [
    '--require',
    hook,
    cli,
    'evaluate',
    gt,
    dt,
    '--json',
  ]);
  const answer = JSON.parse(result.stdout);
  return {
    ...JSON.parse(result.output[3]),
    seconds: answer.seconds,
    process: seconds,
    stats: Object.values(answer.stats),
  };
}

function other(engine, { gt, dt }) {
  const { result, process: seconds } = execute(python, [path.join(here, 'coco_engines.py'), engine, gt, dt]);
  return { ...JSON.parse(result.stdout), process: seconds };
}

function present() {
  return OTHERS.filter((engine) => {
    const name = engine.replaceAll('-', '_');
    const found = existsSync(python) && spawnSync(python, ['-c', `import ${name}`]).status === 0;
    if (!found) console.log(`${engine} is absent from ${python}`);
    return found;
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const figure = (value, digits = 3) => value.toFixed(digits).padStart(9);

function report(name, runs) {
  const own = runs.get('pitwall');
  const ownSeconds = median(own.map((run) => run.seconds));
  const ownCpu = median(own.map((run) => run.cpu));
  console.log(`\n${name}                files to numbers      whole process CPU   peak RSS`);
  console.log('                          s   x pitwall         s   x pitwall       MiB  stats differ by');
  for (const [engine, all] of runs) {
    const seconds = median(all.map((run) => run.seconds));
    const cpu = median(all.map((run) => run.cpu));
    const rss = Math.max(...all.map((run) => run.rssMiB));
    record(`${name}, ${engine}: files to numbers`, seconds, 's');
    record(`${name}, ${engine}: whole process`, cpu, 's CPU');
    record(`${name}, ${engine}: peak memory`, rss, 'MiB');
    const apart = Math.max(...all[0].stats.map((value, i) => Math.abs(value - own[0].stats[i])));
    const ratios = `${figure(seconds)} ${figure(seconds / ownSeconds, 2)} ${figure(cpu)} ${figure(cpu / ownCpu, 2)}`;
    console.log(`${engine.padEnd(17)} ${ratios} ${figure(rss, 0)}  ${apart}`);
  }
}

console.log(
  `${rounds} rounds in turns, medians, ${pin.length ? 'pinned to one core' : 'NOT pinned: no taskset'}, ${os.cpus()[0].model}, load ${os.loadavg()[0].toFixed(1)}`,
);
const engines = present();
for (const workload of workloads()) {
  const runs = new Map([['pitwall', []], ...engines.map((engine) => [engine, []])]);
  for (let round = 0; round < rounds; round++) {
    runs.get('pitwall').push(pitwall(workload));
    for (const engine of engines) {
      if (engine === 'pycocotools' && round >= SLOW_ROUNDS) continue;
      runs.get(engine).push(other(engine, workload));
    }
  }
  report(workload.name, runs);
}
