import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRandom } from '../../src/base/random';
import { fileReaders } from './file-readers';
import { mutate } from './mutate';
import { type Reader, readers } from './readers';

// node test/fuzz/run.mjs [--count N] [--seed S] [--reader PART-OF-A-NAME] [--table FILE]: N mutated inputs in all, spread over the readers.

const option = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
};

const SLOWEST_MS = 1000;
const MOST_MEMORY = 768 * 2 ** 20;
/** What a reader must never throw: these are mistakes of its own, not refusals. */
const CRASHES: ReadonlySet<string> = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

const MOST_SHOWN = 5;

type Row = { readonly name: string; readonly inputs: number; findings: number; slowestMs: number };

async function fuzz(reader: Reader, count: number, seed: number): Promise<Row> {
  const row: Row = { name: reader.name, inputs: count, findings: 0, slowestMs: 0 };
  if (reader.seeds.length === 0) throw new Error(`${reader.name} has no seeds`);
  for (let i = 0; i < count; i++) {
    const bytes = inputOf(reader, seed, i);
    const found = await tryOne(reader, bytes, row);
    if (found === undefined) continue;
    row.findings++;
    const shown = JSON.stringify(bytes.toString('latin1').slice(0, 200));
    if (row.findings <= MOST_SHOWN)
      console.log(`FOUND ${reader.name}, seed ${seed}, input ${i}: ${found}: ${shown}`);
  }
  return row;
}

function inputOf({ seeds }: Reader, seed: number, index: number): Buffer {
  const random = createRandom(seed, index);
  const [one, other] = [0, 0].map(() => seeds[random.below(seeds.length)]);
  return mutate(one, other, random);
}

async function tryOne(reader: Reader, bytes: Buffer, row: Row): Promise<string | undefined> {
  // CPU time: on a busy machine a process may wait for seconds for its turn.
  const begun = process.cpuUsage();
  const problem = await problemOf(reader, bytes);
  const { user, system } = process.cpuUsage(begun);
  const ms = (user + system) / 1000;
  row.slowestMs = Math.max(row.slowestMs, ms);
  return problem ?? (ms > SLOWEST_MS ? `took ${Math.round(ms)} ms` : undefined);
}

async function problemOf(reader: Reader, bytes: Buffer): Promise<string | undefined> {
  try {
    await reader.read(bytes);
    return undefined;
  } catch (error) {
    return error instanceof Error ? complaintOf(error, reader.refuses) : `throws ${String(error)}`;
  }
}

/** Undefined for a refusal of one line. */
function complaintOf({ name, message }: Error, refuses: RegExp | undefined): string | undefined {
  if (refuses?.test(message)) return undefined;
  if (CRASHES.has(name)) return `${name}: ${message}`;
  return message === '' || message.includes('\n') ? `not one line: ${message}` : undefined;
}

async function main(): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-fuzz-'));
  const wanted = option('reader', '');
  const all = [...readers(), ...(await fileReaders(folder))].filter(({ name }) => name.includes(wanted));
  const each = Math.ceil(Number(option('count', '20000')) / all.length);
  const seed = Number(option('seed', '1'));
  const rows: Row[] = [];
  for (const reader of all) rows.push(await fuzz(reader, each, seed));
  rmSync(folder, { recursive: true, force: true });
  const inputs = rows.reduce((sum, row) => sum + row.inputs, 0);
  const findings = rows.reduce((sum, row) => sum + row.findings, 0);
  const peak = process.resourceUsage().maxRSS * 1024;
  const table = [
    '| reader | inputs | findings | slowest, ms |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.name} | ${row.inputs} | ${row.findings} | ${row.slowestMs.toFixed(0)} |`),
  ].join('\n');
  console.log(table);
  console.log(`${inputs} inputs, ${findings} findings, at most ${Math.round(peak / 2 ** 20)} MiB`);
  if (option('table', '') !== '') writeFileSync(option('table', ''), `${table}\n`);
  return findings === 0 && peak < MOST_MEMORY ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
