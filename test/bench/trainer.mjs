// The builtin trainer's images per second against the same network, loss, optimizer and weight average in PyTorch
// eager, on the same cores: rounds take turns in one run, and medians are compared. On a busy machine wall time
// measures the others; there processor time with --threads 1 is the fairer number. Usage: node test/bench/trainer.mjs
// [--rounds N] [--steps N] [--imgsz N] [--batch N] [--size nano|micro] [--threads N]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { record } from './rows.mjs';
import { openBenchSession } from './train-session.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const python =
  process.env.PITWALL_TORCH_PYTHON ?? path.join(homedir(), '.cache/pitwall/ultralytics/bin/python');
const option = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({
  options: {
    rounds: option(7),
    steps: option(10),
    imgsz: option(128),
    batch: option(16),
    size: option('nano'),
    threads: option(availableParallelism()),
  },
});
const { size } = values;
const [rounds, steps, imgsz, batch, threads] = ['rounds', 'steps', 'imgsz', 'batch', 'threads'].map((name) =>
  Number(values[name]),
);
const classes = 6;
const random = (i) => ((i * 2654435761) % 4294967296) / 4294967296;
const targets = Array.from({ length: batch * 4 }, (_, i) => [
  Math.floor(i / 4),
  i % classes,
  0.1 + 0.8 * random(4 * i),
  0.1 + 0.8 * random(4 * i + 1),
  0.08 + 0.1 * random(4 * i + 2),
  0.08 + 0.1 * random(4 * i + 3),
]);

async function openOurs() {
  const session = await openBenchSession({ size, classes, imgsz, batch, threads });
  const images = Uint8Array.from({ length: batch * 3 * imgsz * imgsz }, (_, i) => 256 * random(i));
  const flat = {
    image: targets.map((t) => t[0]),
    class: targets.map((t) => t[1]),
    boxes: targets.flatMap((t) => t.slice(2)),
  };
  const rates = { lr: { weights: 0.01, norm: 0.01, bias: 0.01 }, momentum: 0.9 };
  const step = async () => {
    const [clock, processor] = [performance.now(), process.cpuUsage()];
    await session.step({ images, targets: flat }, rates);
    const { user, system } = process.cpuUsage(processor);
    return [performance.now() - clock, (user + system) / 1000];
  };
  for (let i = 0; i < 3; i++) await step();
  const round = async () => {
    const times = [];
    for (let i = 0; i < steps; i++) times.push(await step());
    return times;
  };
  return { name: 'pitwall', round, stop: () => session.dispose() };
}

async function openTorch(name, channelsLast) {
  const child = spawn(python, [path.join(root, 'test/fixtures/torch/bench_trainer.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const settings = { size, classes, imgsz, batch, threads, targets, channelsLast };
  child.stdin.write(`${JSON.stringify(settings)}\n`);
  const { value: ready } = await lines.next();
  console.log(`${name}: ${ready}`);
  const round = async () => {
    child.stdin.write(`${steps}\n`);
    return JSON.parse((await lines.next()).value);
  };
  return { name, round, stop: () => child.stdin.end() };
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

if (!existsSync(python)) {
  console.log(`SKIPPED builtin trainer against PyTorch: no ${python} (set PITWALL_TORCH_PYTHON)`);
  process.exit(0);
}
const all = [
  await openOurs(),
  await openTorch('pytorch', false),
  await openTorch('pytorch channels_last', true),
];
const columns = ['clock', 'processor'];
const medians = new Map(all.map(({ name }) => [name, { clock: [], processor: [] }]));
for (let i = 0; i < rounds; i++) {
  for (const { name, round } of all) {
    const times = await round();
    for (const [k, column] of columns.entries())
      medians.get(name)[column].push(median(times.map((t) => t[k])));
  }
}
for (const { stop } of all) await stop();
console.log(
  `${size}, batch ${batch}, imgsz ${imgsz}, ${threads} threads, ${rounds} rounds of ${steps} steps`,
);
const ms = (name, column) => median(medians.get(name)[column]);
for (const { name } of all) {
  const [clock, processor] = columns.map((column) => ms(name, column));
  const speed = ((1000 * batch) / clock).toFixed(0);
  console.log(
    `${name.padEnd(22)} ${clock.toFixed(1)} ms/step (processor ${processor.toFixed(1)}), ${speed} images/s`,
  );
}
for (const column of columns) {
  const ours = medians.get('pitwall')[column];
  for (const rival of ['pytorch', 'pytorch channels_last']) {
    const ratio = median(ours.map((own, i) => medians.get(rival)[column][i] / own));
    record(`${size} ${imgsz}, images/s by ${column}: pitwall over ${rival}`, ratio, 'x', '1');
    console.log(`images/s by ${column}: pitwall / ${rival} ${ratio.toFixed(2)} (median of rounds)`);
  }
}
