// cspell:ignore TIMEFORMAT
// This tree beside another one that is built, in turns within one run: hover, steps of the trainer, validation, the evaluator and,
// with --editor, the start of the extension. Medians of both and the ratio of each pair; near 1 is noise.
// Usage: node test/bench/side-by-side.mjs OTHER_TREE [--rounds N] [--editor] [--only PART_OF_A_NAME]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const here = path.resolve(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    editor: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const other = path.resolve(positionals[0] ?? '../base');
const rounds = Number(values.rounds);
const data = path.resolve(here, '../shared/data');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'pitwall-side-by-side-'));
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];

/** Runs a program in a tree; returns what it printed and the processor seconds of it and of the children it waited for. */
function run(tree, ...args) {
  const command = ['node', ...args].map((word) => `'${word}'`).join(' ');
  const timed = `TIMEFORMAT='%U %S'; { time ${command} 2>/dev/null; } 2>'${scratch}/cpu'`;
  const { stdout, status } = spawnSync('bash', ['-c', timed], { cwd: tree, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${tree}: ${command} ended with ${status}`);
  const [user, system] = readFileSync(path.join(scratch, 'cpu'), 'utf8').trim().split(' ').map(Number);
  return { stdout, cpu: user + system };
}

const cli = (tree, ...args) => run(tree, path.join(tree, 'dist/cli.js'), ...args);
const bench = (tree, name, ...args) =>
  run(tree, path.join(tree, 'test/bench', `${name}.mjs`), ...args).stdout;
const numberAfter = (text, label) => Number(new RegExp(`${label}\\D*([\\d.]+)`).exec(text)?.[1]);

let made = 0;
/** Milliseconds from one step to the next, by the run's own log. */
function stepTime(tree) {
  const folder = path.join(scratch, `train-${made++}`);
  mkdirSync(folder);
  cli(tree, 'init', folder);
  const config = path.join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.train.yaml')),
  );
  cli(
    tree,
    'train',
    config,
    '--set',
    'epochs=3',
    '--set',
    'workers=1',
    '--set',
    'val=false',
    '--name',
    'timed',
  );
  const lines = readFileSync(path.join(folder, 'runs/timed/events.jsonl'), 'utf8').trim().split('\n');
  const at = lines
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'step')
    .map(({ t }) => t);
  return median(at.slice(6).map((t, i) => t - at[i + 5]));
}

function validation(tree) {
  const model = path.join(data, 'models/fastestdet.onnx');
  return cli(
    tree,
    'validate',
    model,
    '--data',
    path.join(data, 'voc100_coco80/data.yaml'),
    '--device',
    'cpu',
    '--json',
  ).cpu;
}

/** Detections of 1,500 images that say nothing, which takes as long to judge as any. */
function writeCoco() {
  const images = Array.from({ length: 1500 }, (_, id) => ({ id, width: 640, height: 640 }));
  const box = (seed) => [
    (seed * 37) % 500,
    (seed * 91) % 500,
    20 + ((seed * 13) % 100),
    20 + ((seed * 7) % 100),
  ];
  const annotations = Array.from({ length: 9000 }, (_, id) => {
    const bbox = box(id);
    return {
      id: id + 1,
      image_id: id % 1500,
      category_id: id % 20,
      bbox,
      area: bbox[2] * bbox[3],
      iscrowd: 0,
    };
  });
  const found = Array.from({ length: 300_000 }, (_, i) => {
    return {
      image_id: i % 1500,
      category_id: i % 20,
      bbox: box(i % 4000),
      score: ((i * 7919) % 1000) / 1000,
    };
  });
  const categories = Array.from({ length: 20 }, (_, id) => ({ id, name: `c${id}` }));
  writeFileSync(path.join(scratch, 'gt.json'), JSON.stringify({ images, annotations, categories }));
  writeFileSync(path.join(scratch, 'dt.json'), JSON.stringify(found));
}

const MEASURES = {
  'hover, the very first (CPU ms)': (tree) => numberAfter(bench(tree, 'schedule-preview'), 'the very first'),
  'hover, a new text (CPU ms)': (tree) =>
    numberAfter(bench(tree, 'schedule-preview'), 'a new text, median / p99'),
  'a step of the trainer (ms)': stepTime,
  'validation of 100 images (CPU s)': validation,
  'COCO evaluation (CPU s)': (tree) =>
    cli(tree, 'evaluate', path.join(scratch, 'gt.json'), path.join(scratch, 'dt.json'), '--json').cpu,
  ...(values.editor && {
    'activation, load and call (ms)': (tree) =>
      numberAfter(bench(tree, 'activation', '9'), 'to reach: 50\\) *median'),
  }),
};

writeCoco();
console.log(`${rounds} rounds in turns: here, and ${other}`);
try {
  for (const [name, measure] of Object.entries(MEASURES).filter(([name]) => name.includes(values.only))) {
    const pairs = Array.from({ length: rounds }, (_, i) => {
      const order = i % 2 === 0 ? [here, other] : [other, here];
      const taken = new Map(order.map((tree) => [tree, measure(tree)]));
      return [taken.get(here), taken.get(other)];
    });
    const ratios = pairs.map(([a, b]) => a / b);
    const [mine, theirs] = [0, 1].map((side) => median(pairs.map((pair) => pair[side])));
    const span = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    console.log(
      `${name.padEnd(34)} here ${mine.toFixed(2)}, there ${theirs.toFixed(2)}, ratio ${median(ratios).toFixed(2)} (${span})`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
