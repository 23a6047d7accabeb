import { type AgainstBaseline, compareDrawsWithBaseline } from '../../domain/compare/many';
import type { ListedDifference } from '../../domain/compare/verdict';
import { FileTail } from '../../run/folder/file-tail';
import { runPaths } from '../../run/folder/paths';
import { parseValidationLine } from '../../run/parse-entry';
import type { DrawnMaps } from '../../run/validation';

/** The epoch of a run's best checkpoint, and its folder. */
export type BestOfRun = { readonly dir: string; readonly epoch: number | undefined };

/**
 * The best of each run less that of the baseline, from what their keepers wrote when they were validated: no detections are read,
 * so that hundreds of runs take seconds. Runs that were not judged on the same draws (another val set or rule, an earlier Pitwall,
 * a trainer's own validation) have none.
 */
export async function listedDifferences(
  baseline: BestOfRun,
  others: readonly BestOfRun[],
): Promise<ReadonlyMap<string, ListedDifference>> {
  const base = await drawnOf(baseline);
  if (!base) return new Map();
  const drawn: (readonly [string, DrawnMaps])[] = [];
  for (const other of others) {
    const one = await drawnOf(other);
    if (one?.key === base.key) drawn.push([other.dir, one]);
  }
  const judged = compareDrawsWithBaseline(
    base,
    drawn.map(([, one]) => one),
  );
  return new Map(drawn.flatMap(([dir], i) => listed(judged[i]).map((one) => [dir, one] as const)));
}

function listed(one: AgainstBaseline): ListedDifference[] {
  if (one.kind !== 'judged') return [];
  const { map: difference, low, high, verdict } = one;
  return [{ difference, low, high, verdict }];
}

/** The draws of that epoch's last validation, as `currentDraws` has them. */
async function drawnOf({ dir, epoch }: BestOfRun): Promise<DrawnMaps | undefined> {
  if (epoch === undefined) return undefined;
  const tail = new FileTail(runPaths(dir).validation);
  let found: DrawnMaps | undefined;
  for (let more = true; more; ) {
    const read = await tail.read();
    for (const line of read.lines)
      found = isValidation(line, epoch) ? undefined : (drawnIn(line, epoch) ?? found);
    more = read.more;
  }
  return found;
}

/** What was drawn before is of a validation that was made again, or of a checkpoint that a rewind took back. */
const isValidation = (line: string, epoch: number): boolean =>
  line.includes('"type":"validation"') && line.includes(`"epoch":${epoch},`);

/** Of a run of 300 epochs 299 such lines are of other epochs: only the one is parsed. */
function drawnIn(line: string, epoch: number): DrawnMaps | undefined {
  if (!line.includes('"drawn"') || !line.includes(`"epoch":${epoch},`)) return undefined;
  const { value } = parseValidationLine(line);
  return value?.type === 'drawn' && value.epoch === epoch ? value : undefined;
}
