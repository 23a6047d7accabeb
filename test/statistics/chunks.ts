import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** So many simulations of one world, and the mean of each number over them. */
type Chunk<W, N> = {
  readonly world: W;
  readonly first: number;
  readonly simulations: number;
  readonly means: N;
};

export type Long<W, N> = {
  /** JSON lines; a long simulation that was cut short goes on where it was. */
  readonly file: string;
  readonly worlds: readonly W[];
  readonly simulations: number;
  /** So many are a line of the file. */
  readonly chunk: number;
  readonly simulate: (world: W, first: number, simulations: number) => N;
  readonly log: (line: string) => void;
};

/** `means` is undefined if nothing was simulated. */
export type Known<N> = { readonly simulations: number; readonly means: N | undefined };

/**
 * The means of every world, from the file and, as far as it has too few, from simulations that are added to it; none are if 0 are
 * asked for. Delete the file if the product's statistics have changed: it knows nothing of that.
 */
export function simulateLong<W, N extends Readonly<Record<string, number>>>(long: Long<W, N>): Known<N>[] {
  const { file, worlds, simulations, chunk, simulate, log } = long;
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  const chunks = lines.map((line): Chunk<W, N> => JSON.parse(line));
  return worlds.map((world) => {
    const own = chunks.filter((one) => JSON.stringify(one.world) === JSON.stringify(world));
    for (let first = countOf(own); first < simulations; first = countOf(own)) {
      const made = { world, first, simulations: chunk, means: simulate(world, first, chunk) };
      appendFileSync(file, `${JSON.stringify(made)}\n`);
      own.push(made);
    }
    const known = { simulations: countOf(own), means: meansOf(own) };
    log(JSON.stringify({ world, ...known }));
    return known;
  });
}

const countOf = (chunks: readonly { readonly simulations: number }[]): number =>
  chunks.reduce((sum, { simulations }) => sum + simulations, 0);

function meansOf<N extends Readonly<Record<string, number>>>(
  chunks: readonly Chunk<unknown, N>[],
): N | undefined {
  const all = countOf(chunks);
  if (all === 0) return undefined;
  const names = Object.keys(chunks[0].means);
  const mean = (name: string): number =>
    chunks.reduce((sum, { simulations, means }) => sum + simulations * means[name], 0) / all;
  return Object.fromEntries(names.map((name) => [name, mean(name)])) as N;
}
