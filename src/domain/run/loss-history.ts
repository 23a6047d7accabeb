/** Losses that rules look back over. */
const KEPT = 512;
/** Losses in the median of one block: the noise of one batch is 20 to 30 %, that of such a median 4 %. */
const BLOCK = 64;
/** The usual loss is the median of so many before the most recent. */
const USUAL = 200;
const RECENT = 8;

/** The losses of a run as rules see them: the latest, and the medians of blocks of all before. */
export type LossHistory = {
  readonly seen: number;
  /** Median of the losses before the last eight, computed every eighth step; it does not move while a spike lasts. */
  readonly usual: number;
  holdUsual(isHeld: boolean): void;
  /** The median of the last `count` losses, without the last `skip`; NaN if there are not so many. */
  median(count: number, skip?: number): number;
  /** The last `count` losses, oldest first. */
  last(count: number): readonly number[];
  /** The lowest and the latest median of whole blocks; NaN before there is one. */
  readonly blocks: { readonly lowest: number; readonly latest: number };
  /** Level of the last `count` losses, for falls of a few percent: their mean without the highest and the lowest quarter. */
  level(count: number): number;
  /** Level of the first losses, as many as rules look back over; NaN before there were so many. */
  readonly early: number;
  /** Steps before the LR reaches its target: until then a loss need not fall. */
  warmupSteps: number;
  add(loss: number): void;
};

export function createLossHistory(): LossHistory {
  let seen = 0;
  let kept: number[] = [];
  let usual = Number.NaN;
  let isHeld = false;
  const blocks = { lowest: Number.NaN, latest: Number.NaN };
  let early = Number.NaN;
  const last = (count: number, skip = 0): readonly number[] =>
    kept.slice(Math.max(0, kept.length - skip - count), kept.length - skip);
  const median = (count: number, skip = 0): number =>
    kept.length < count + skip ? Number.NaN : medianOf(last(count, skip));
  /** Medians that are not computed at each step. */
  const lookUp = (): void => {
    if (isUsualDue(seen) && !isHeld) usual = medianOf(last(USUAL, RECENT));
    if (seen % BLOCK === 0) noteBlock(blocks, median(BLOCK));
  };
  return {
    get seen() {
      return seen;
    },
    get usual() {
      return usual;
    },
    get early() {
      return early;
    },
    warmupSteps: 0,
    holdUsual(held) {
      isHeld = held;
    },
    blocks,
    median,
    level: (count) => midmeanOf(last(count)),
    last,
    add(loss) {
      seen += 1;
      kept.push(loss);
      if (kept.length >= 2 * KEPT) kept = kept.slice(-KEPT);
      if (seen === KEPT) early = midmeanOf(last(KEPT));
      lookUp();
    },
  };
}

const isUsualDue = (seen: number): boolean => seen > RECENT && seen % RECENT === 0;

function noteBlock(blocks: { lowest: number; latest: number }, value: number): void {
  blocks.lowest = Number.isNaN(blocks.lowest) ? value : Math.min(blocks.lowest, value);
  blocks.latest = value;
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Odd batches move it as little as a median, and its variance is a third less. */
function midmeanOf(values: readonly number[]): number {
  const quarter = values.length >> 2;
  const middle = values.toSorted((a, b) => a - b).slice(quarter, values.length - quarter);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** The q-quantile, the nearest of the values. */
export function quantileOf(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(q * (sorted.length - 1))];
}
