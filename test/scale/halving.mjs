// What halving saves, and what it costs: 24 trials of 9 epochs on the example, every one trained to its end and by halving, into the
// table of docs/scale.md. Interrupted and started again it goes on. Usage: node halving.mjs FOLDER [--write]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeMarked } from '../helpers/marked-table.mjs';
import { bestMap, linesOf, root, withKeys } from './lab.mjs';

const [, , folder, flag] = process.argv;
if (folder === undefined) throw new Error('usage: node halving.mjs FOLDER [--write]');
const cli = path.join(root, 'dist/cli.js');
const page = path.join(root, 'docs/scale.md');
const at = (...parts) => path.join(folder, ...parts);
const pitwall = (argv, cwd = folder) => {
  const { status } = spawnSync(process.execPath, [cli, ...argv], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
};

/** A third of the example's images, small, for nine short epochs. */
const SMALL = { epochs: 9, batch: 8, imgsz: 96, warmup_epochs: 0, fraction: 0.34 };
const SEARCH = `experiment: pcb.train.yaml
trials: 24
search:
  lr0: { log: [0.002, 0.1] }
  momentum: { uniform: [0.8, 0.96] }
  box: { log: [5, 20] }
`;
const SWEEPS = {
  all: 'stop: { rule: none }\n',
  halving: 'stop: { rule: halving, grace: 2, reduction: 3 }\n',
};

function prepare() {
  if (existsSync(at('halving.sweep.yaml'))) return;
  pitwall(['init', folder], root);
  writeFileSync(at('pcb.train.yaml'), withKeys(readFileSync(at('pcb.train.yaml'), 'utf8'), SMALL));
  for (const [name, stop] of Object.entries(SWEEPS)) writeFileSync(at(`${name}.sweep.yaml`), SEARCH + stop);
}

const entriesOf = (name) => linesOf(at('runs', name, 'sweep.jsonl'));
const hasEnded = (name) => entriesOf(name).some(({ type }) => type === 'end');

/** mAP of every trial at its last epoch, highest first. */
function finals(name, trials) {
  const last = (trial) => {
    return bestMap(at('runs', name, 'trials', String(trial).padStart(3, '0')));
  };
  return Array.from({ length: trials }, (_, trial) => ({ trial, map: last(trial) })).sort(
    (a, b) => b.map - a.map,
  );
}

function table() {
  const [whole, halved] = Object.keys(SWEEPS).map((name) =>
    entriesOf(name).find(({ type }) => type === 'end'),
  );
  const ranks = finals('all', 24);
  const rank = 1 + ranks.findIndex(({ trial }) => trial === halved.best.trial);
  const stops = entriesOf('halving').filter(({ type }) => type === 'stopped');
  const score = (value) => value.toFixed(4).replace(/^0/, '');
  const row = (name, { epochs, of, best }) =>
    `| ${name} | ${epochs} | ${Math.round((100 * epochs) / of)} % | ${String(best.trial).padStart(3, '0')} | ${score(best.value)} |`;
  return [
    '| 24 trials of 9 epochs | epochs | of all | best trial | its mAP50-95 |',
    '|---|---|---|---|---|',
    row('every trial to its end', whole),
    row('halving at epochs 2 and 6, reduction 3', halved),
    '',
    `Difference of the two bests ${score(Math.abs(whole.best.value - halved.best.value))}; halving's best is number ${rank} of the 24 when all are trained;`,
    `${stops.length} trials were stopped, each with value < cutoff: ${stops.every(({ value, cutoff }) => value < cutoff) ? 'yes' : 'no'}.`,
    `The highest five of all: ${ranks
      .slice(0, 5)
      .map(({ trial, map }) => `${String(trial).padStart(3, '0')} ${score(map)}`)
      .join(', ')}; the file as it stands ${score(ranks.find(({ trial }) => trial === 0).map)}.`,
  ].join('\n');
}

prepare();
for (const name of Object.keys(SWEEPS))
  if (!hasEnded(name)) pitwall(['sweep', `${name}.sweep.yaml`, '--name', name, '--parallel', '2']);
const made = table();
console.log(made);
if (flag === '--write') writeMarked(page, 'halving', made);
