import { type Known, simulateLong } from './chunks';
import { type Cell, type Coverage, coverageOf } from './coverage';

const SIZES = [50, 128, 300, 1000];
const CLASSES = [6, 20, 70];
const GAINS = [0, 0.25];
const CLUSTERS = [1, 5];

/** The keeper draws 300 and `pitwall compare` 1,000; the limits hold as much of fewer, and vary a little more. */
const REPLICATES = 200;

/** Coverage of the 95 % limits of a difference, every cell of sizes, classes, differences and clusters. */
export function coverageTable(simulations: number, file: string, log: (line: string) => void): string {
  const found = simulateLong({
    ...{ file, worlds: CELLS, simulations, chunk: 100, log },
    simulate: (cell, first, count) => coverageOf(cell, { simulations: count, replicates: REPLICATES, first }),
  });
  return tableOf(found);
}

const COLUMNS = CLASSES.flatMap((classes) => GAINS.map((gain) => ({ classes, gain })));
const ROWS = SIZES.flatMap((images) => CLUSTERS.map((cluster) => ({ images, cluster })));

const CELLS = ROWS.flatMap(({ images, cluster }) =>
  COLUMNS.map(({ classes, gain }): Cell => ({ images, classes, cluster, gain, isGrouped: true })),
);

function tableOf(found: readonly Known<Coverage>[]): string {
  const title = COLUMNS.map(({ classes, gain }) => `${classes} classes, ${gain === 0 ? 'equal' : 'better'}`);
  const lines = ROWS.map(({ images, cluster }, i) => {
    const row = found.slice(COLUMNS.length * i, COLUMNS.length * (i + 1));
    const cells = row.map(({ means }) =>
      means ? `${means.held.toFixed(3)} (${means.width.toFixed(3)})` : '-',
    );
    return `| ${images} | ${cluster} | ${cells.join(' | ')} |`;
  });
  const counts = [...new Set(found.map(({ simulations }) => simulations))].sort((a, b) => a - b);
  return [
    `| images | cluster | ${title.join(' | ')} |`,
    `|${'---|'.repeat(COLUMNS.length + 2)}`,
    ...lines,
    '',
    `${counts.join(', ')} val sets a cell, ${REPLICATES} draws, made on ${new Date().toISOString().slice(0, 10)}.`,
  ].join('\n');
}
