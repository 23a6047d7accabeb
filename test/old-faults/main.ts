import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { toError } from '../../src/base/async';
import { DATA } from './cases-data';
import { MODULES } from './cases-modules';
import { NUMBERS } from './cases-numbers';
import { RUNS } from './cases-runs';
import { World } from './world';

export type OldFault = {
  /** Begins a row of docs/nothing-false.md. */
  readonly row: string;
  /** What is wrong with this version, in a sentence; empty if nothing is. */
  readonly wrong: (world: World) => Promise<string>;
};

const repository = process.env.PITWALL_REPOSITORY ?? path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    old: { type: 'string' },
    new: { type: 'string', default: path.join(repository, 'dist/cli.js') },
    only: { type: 'string', default: '' },
    table: { type: 'string' },
  },
});

async function wrongOf(fault: OldFault, cli: string): Promise<string> {
  const world = new World(cli, cli !== values.new);
  try {
    return (await fault.wrong(world)).replaceAll(world.dir, '').replace(/\s+/g, ' ');
  } catch (error) {
    return `(${toError(error).message})`;
  } finally {
    world.remove();
  }
}

type Row = { readonly fault: OldFault; readonly before: string; readonly now: string };

const isRight = ({ before, now }: Row): boolean => before !== '' && now === '';

async function judge(fault: OldFault, old: string): Promise<Row> {
  const row = { fault, before: await wrongOf(fault, old), now: await wrongOf(fault, values.new) };
  const then = row.before === '' ? 'holds' : row.before;
  console.log(`${isRight(row) ? 'ok ' : 'BAD'} ${fault.row}\n      then: ${then}\n      now:  ${nowOf(row)}`);
  return row;
}

const nowOf = ({ now }: Row): string => (now === '' ? 'holds' : now);

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    (row) => `| ${row.fault.row} | ${row.before.replaceAll('|', '\\|')} | ${nowOf(row)} |`,
  );
  return `${['| seen | then | now |', '|---|---|---|', ...lines].join('\n')}\n`;
}

async function main(): Promise<number> {
  const { old, only, table } = values;
  if (old === undefined) throw new Error('--old: the cli.js of the version that had the faults');
  const rows: Row[] = [];
  for (const fault of [...NUMBERS, ...MODULES, ...DATA, ...RUNS].filter(({ row }) =>
    new RegExp(only).test(row),
  ))
    rows.push(await judge(fault, old));
  if (table !== undefined) writeFileSync(table, tableOf(rows));
  const right = rows.filter(isRight).length;
  console.log(`${right} of ${rows.length} fall then and hold now`);
  return right === rows.length ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
