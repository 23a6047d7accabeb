// What `pitwall warmup` says on three data sets, and whether trainings with other seeds agree: into the table of docs/scale.md.
// Interrupted and started again it goes on. Usage: node warmup.mjs FOLDER [--write]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeMarked } from '../helpers/marked-table.mjs';
import { bestMap, root } from './lab.mjs';

const [, , given, flag] = process.argv;
if (given === undefined) throw new Error('usage: node warmup.mjs FOLDER [--write]');
const folder = path.resolve(given);
const cli = path.join(root, 'dist/cli.js');
const page = path.join(root, 'docs/scale.md');
const shared = path.join(root, '../shared/data');

/** Seeds that the command did not use. */
const SEEDS = [1, 2, 3];
const SETS = {
  example: { epochs: 8, prepare: (dir) => pitwall(['init', dir], root) },
  bccd: {
    epochs: 8,
    needs: path.join(shared, 'bccd'),
    prepare: (dir) => writeExperiment(dir, path.join(shared, 'bccd/data.yaml'), { imgsz: 128, batch: 16 }),
  },
  voc100: { epochs: 16, needs: path.join(shared, 'voc100'), prepare: splitVoc },
};

function pitwall(argv, cwd) {
  const { status, stdout } = spawnSync(process.execPath, [cli, ...argv], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`pitwall ${argv.join(' ')} ended with ${status}`);
  return stdout;
}

function writeExperiment(dir, data, keys) {
  const lines = { trainer: 'builtin', model: 'nano', data, lr0: 0.02, optimizer: 'SGD', seed: 0, ...keys };
  writeFileSync(
    path.join(dir, 'pcb.train.yaml'),
    Object.entries(lines)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(''),
  );
}

/** Its 100 photos are one set: every fourth is for validation. Of 20 classes one is made, which so few photos can show. */
function splitVoc(dir) {
  const images = path.join(shared, 'voc100/images/val');
  const files = readdirSync(images).sort();
  const isVal = (_, i) => i % 4 === 3;
  const list = (name, some) =>
    writeFileSync(path.join(dir, name), some.map((file) => `${path.join(images, file)}\n`).join(''));
  list('val.txt', files.filter(isVal));
  list(
    'train.txt',
    files.filter((file, i) => !isVal(file, i)),
  );
  const names = readFileSync(path.join(shared, 'voc100/data.yaml'), 'utf8').replace(
    /^[\s\S]*?(?=names:)/,
    '',
  );
  writeFileSync(path.join(dir, 'voc.yaml'), `path: ${dir}\ntrain: train.txt\nval: val.txt\n${names}`);
  writeExperiment(dir, 'voc.yaml', { imgsz: 160, batch: 8, lr0: 0.005, single_cls: true });
}

/** What the command said, and the two it compared trained with other seeds. */
function measure(name) {
  const { epochs, prepare } = SETS[name];
  const dir = path.join(folder, name);
  if (!existsSync(dir)) {
    mkdirSync(dir);
    prepare(dir);
  }
  const file = path.join(dir, 'said.json');
  if (!existsSync(file)) {
    const argv = ['warmup', 'pcb.train.yaml', '--epochs', String(epochs), '--parallel', '2', '--json'];
    writeFileSync(file, pitwall(argv, dir).trim().split('\n').at(-1));
  }
  const said = JSON.parse(readFileSync(file, 'utf8'));
  const settings = (run) => said.trials.find((trial) => trial.run === run).settings;
  const again = (kind, run) =>
    SEEDS.map((seed) => trainAgain(dir, `${kind}-seed${seed}`, { ...settings(run), seed, epochs }));
  return { said, epochs, settings, none: again('none', said.none), warm: again('warm', said.warm) };
}

function trainAgain(dir, name, settings) {
  if (!existsSync(path.join(dir, `${name}.done`))) {
    const set = Object.entries({ ...settings, early_stop: false, on_divergence: 'stop' });
    pitwall(
      [
        'train',
        'pcb.train.yaml',
        '--name',
        name,
        ...set.flatMap(([key, value]) => ['--set', `${key}=${value}`]),
      ],
      dir,
    );
    writeFileSync(path.join(dir, `${name}.done`), '');
  }
  return bestMap(path.join(dir, 'runs', name));
}

const score = (value) => value.toFixed(4).replace(/^(-?)0/, '$1');
const signed = (value) => (value < 0 ? score(value) : `+${score(value)}`);
const WORDS = { second: 'worth it', first: 'none is better', neither: 'less than these images show' };

function row(name) {
  const { said, epochs, settings, none, warm } = measure(name);
  const best = (run) => {
    const { best: found } = said.trials.find((trial) => trial.run === run);
    const { lr0, warmup_epochs, warmup_shape } = settings(run);
    const length = warmup_epochs > 0 ? `, ${warmup_epochs} epochs, ${warmup_shape}` : '';
    return `${score(found.value)} (lr0 ${lr0}${length})`;
  };
  const { map, low, high, verdict } = said.difference;
  const apart = SEEDS.map((_, i) => warm[i] - none[i]);
  const mean = apart.reduce((sum, value) => sum + value, 0) / apart.length;
  return `| ${name}, ${epochs} epochs | ${said.safe} / ${said.critical ?? 'at none'} | ${best(said.none)} | ${best(said.warm)} | ${WORDS[verdict]}: ${signed(map)} (${signed(low)} to ${signed(high)}) | ${signed(mean)} (${apart.map(signed).join(', ')}) |`;
}

mkdirSync(folder, { recursive: true });
const names = Object.keys(SETS).filter((name) => {
  const { needs } = SETS[name];
  if (needs === undefined || existsSync(needs)) return true;
  console.log(`SKIPPED: ${name}: ${needs} is absent`);
  return false;
});
const made = [
  '| data | lives at / dies at | best without | best with | what the command says | with less without, three other seeds |',
  '|---|---|---|---|---|---|',
  ...names.map(row),
].join('\n');
console.log(made);
if (flag === '--write') writeMarked(page, 'warmup', made);
