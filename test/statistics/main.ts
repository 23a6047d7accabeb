import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bestTable } from './best-worlds';
import { classTable } from './class-worlds';
import { coverageTable } from './coverage-table';
import { divergenceTable } from './divergence-worlds';
import { earlyStopTable } from './early-stop-table';
import { rangeTable } from './range-worlds';
import { realTable } from './real-worlds';
import { seedTable } from './seed-worlds';
import { singleTable } from './single-worlds';

type Table = (simulations: number) => string;

const inRepository = (file: string): string => path.join(process.env.PITWALL_REPOSITORY ?? '.', file);
/** What a long simulation has done already; committed beside it. */
const kept = (name: string): string => inRepository(`test/statistics/${name}.jsonl`);
const log = (line: string): void => console.error(line);

/** Each makes the table of its own name. */
const TABLES: Readonly<Record<string, Table>> = {
  classes: classTable,
  best: (simulations) => bestTable(simulations, kept('best'), log),
  divergence: divergenceTable,
  'early-stop': earlyStopTable,
  range: rangeTable,
  real: (valSets) => realTable(valSets, process.env.PITWALL_REPOSITORY ?? '.'),
  seeds: seedTable,
  single: singleTable,
  coverage: (simulations) => coverageTable(simulations, kept('coverage'), log),
};

const [name = '', simulations = '600'] = process.argv.slice(2);
const make = TABLES[name];
if (make === undefined) {
  console.error(`usage: node test/statistics/run.mjs ${Object.keys(TABLES).join('|')} [simulations]`);
  process.exit(2);
}
const table = make(Number(simulations));
const page = inRepository('docs/statistics.md');
const text = readFileSync(page, 'utf8');
const [before, after] = [`<!-- table ${name} -->`, `<!-- end ${name} -->`];
const [from, to] = [text.indexOf(before), text.indexOf(after)];
if (from < 0 || to < 0) console.log(table);
else writeFileSync(page, `${text.slice(0, from + before.length)}\n${table}\n${text.slice(to)}`);
