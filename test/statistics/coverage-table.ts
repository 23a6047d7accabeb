import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { type Cell, type Coverage, coverageOf } from './coverage';

const SIZES = [50, 128, 300, 1000];
const CLASSES = [6, 20, 70];
const GAINS = [0, 0.25];
const CLUSTERS = [1, 5];

/** The keeper draws 300 and `pitwall compare` 1,000; the limits hold as much of fewer, and vary a little more. */
const REPLICATES = 200;
/** So many val sets are a line of the file: what is done is not lost. */
const CHUNK = 100;

type Chunk = Coverage & { readonly cell: Cell; readonly first: number; readonly simulations: number };

/**
 * Coverage of the 95 % limits of a difference, every cell of sizes, classes, differences and clusters. What `file` has of it is
 * not computed again: delete it if the product's limits have changed.
 */
export function coverageTable(simulations: number, file: string, log: (line: string) => void): string {
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const chunks = known.filter(Boolean).map((line): Chunk => JSON.parse(line));
  for (const cell of CELLS) {
    for (let first = doneOf(chunks, cell); first < simulations; first += CHUNK) {
      const found = coverageOf(cell, { simulations: CHUNK, replicates: REPLICATES, first });
      const chunk = { cell, first, simulations: CHUNK, ...found };
      appendFileSync(file, `${JSON.stringify(chunk)}\n`);
      chunks.push(chunk);
    }
    log(`${JSON.stringify(cell)}: ${shown(chunks, cell)}`);
  }
  return tableOf(chunks);
}

const cellOf = (images: number, classes: number, cluster: number, gain: number): Cell => ({
  ...{ images, classes, cluster, gain },
  isGrouped: true,
});

const CELLS = SIZES.flatMap((images) =>
  CLUSTERS.flatMap((cluster) =>
    CLASSES.flatMap((classes) => GAINS.map((gain) => cellOf(images, classes, cluster, gain))),
  ),
);

const ofCell = (chunks: readonly Chunk[], cell: Cell): Chunk[] =>
  chunks.filter((chunk) => JSON.stringify(chunk.cell) === JSON.stringify(cell));

const doneOf = (chunks: readonly Chunk[], cell: Cell): number =>
  ofCell(chunks, cell).reduce((sum, { simulations }) => sum + simulations, 0);

function shown(chunks: readonly Chunk[], cell: Cell): string {
  const own = ofCell(chunks, cell);
  const all = doneOf(chunks, cell);
  const mean = (of: (chunk: Chunk) => number): number =>
    own.reduce((sum, chunk) => sum + of(chunk) * chunk.simulations, 0) / all;
  return all === 0
    ? '-'
    : `${mean(({ held }) => held).toFixed(3)} (${mean(({ width }) => width).toFixed(3)})`;
}

function tableOf(chunks: readonly Chunk[]): string {
  const columns = CLASSES.flatMap((classes) => GAINS.map((gain) => ({ classes, gain })));
  const title = columns.map(({ classes, gain }) => `${classes} classes, ${gain === 0 ? 'equal' : 'better'}`);
  const lines = SIZES.flatMap((images) =>
    CLUSTERS.map((cluster) => {
      const row = columns.map(({ classes, gain }) => shown(chunks, cellOf(images, classes, cluster, gain)));
      return `| ${images} | ${cluster} | ${row.join(' | ')} |`;
    }),
  );
  return [
    `| images | cluster | ${title.join(' | ')} |`,
    `|${'---|'.repeat(columns.length + 2)}`,
    ...lines,
  ].join('\n');
}
