import { type Cell, type Coverage, coverageOf } from './coverage';

const SIZES = [50, 128, 300, 1000];
const CLASSES = [6, 20, 70];
const GAINS = [0, 0.25];
const CLUSTERS = [1, 5];

/** From so many images on a replicate costs so much that half of them must do; the limits are then a little too narrow. */
const MANY = 300;

type Row = Coverage & { readonly cell: Cell };

/** Coverage of the 95 % limits of a difference, every cell of sizes, classes, differences and clusters. */
export function coverageTable(simulations: number, log: (line: string) => void): string {
  const cells = CLASSES.flatMap((classes) =>
    SIZES.flatMap((images) =>
      CLUSTERS.flatMap((cluster) => GAINS.map((gain) => cellOf(images, classes, cluster, gain))),
    ),
  ).sort((x, y) => x.images - y.images);
  const rows = cells.map((cell): Row => {
    const replicates = cell.images < MANY ? 400 : 200;
    const row = { cell, ...coverageOf(cell, { simulations, replicates }) };
    log(JSON.stringify(row));
    return row;
  });
  return tableOf(rows);
}

const cellOf = (images: number, classes: number, cluster: number, gain: number): Cell => ({
  ...{ images, classes, cluster, gain },
  isGrouped: true,
});

export function tableOf(rows: readonly Row[]): string {
  const columns = CLASSES.flatMap((classes) => GAINS.map((gain) => ({ classes, gain })));
  const title = columns.map(({ classes, gain }) => `${classes} classes, ${gain === 0 ? 'equal' : 'better'}`);
  const lines = SIZES.flatMap((images) =>
    CLUSTERS.map((cluster) => {
      const shown = columns.map(({ classes, gain }) => {
        const row = rows.find(
          ({ cell }) =>
            cell.images === images &&
            cell.cluster === cluster &&
            cell.classes === classes &&
            cell.gain === gain,
        );
        return row === undefined ? '-' : `${row.held.toFixed(3)} (${row.width.toFixed(3)})`;
      });
      return `| ${images} | ${cluster} | ${shown.join(' | ')} |`;
    }),
  );
  return [
    `| images | cluster | ${title.join(' | ')} |`,
    `|${'---|'.repeat(columns.length + 2)}`,
    ...lines,
  ].join('\n');
}
