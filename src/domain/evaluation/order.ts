// Orders of detections, by stable counting and radix sorts over typed arrays.

/** `order` sorted stably by key[order[i]], which is in 0..buckets-1. */
export function sortByKey(order: Uint32Array, key: ArrayLike<number>, buckets: number): Uint32Array {
  const starts = new Uint32Array(buckets + 1);
  for (let i = 0; i < order.length; i++) starts[key[order[i]] + 1]++;
  for (let b = 0; b < buckets; b++) starts[b + 1] += starts[b];
  const sorted = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[starts[key[order[i]]]++] = order[i];
  return sorted;
}

/** Start of each key's run in an order sorted by it; one more than keys. */
export function runStarts(key: ArrayLike<number>, count: number, buckets: number): Uint32Array {
  const starts = new Uint32Array(buckets + 1);
  for (let i = 0; i < count; i++) starts[key[i] + 1]++;
  for (let b = 0; b < buckets; b++) starts[b + 1] += starts[b];
  return starts;
}

export function identityOrder(count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return order;
}

/** Bits of one radix pass: 2^11 counters stay in the first-level cache. */
const RADIX_BITS = 11;
/** Runs of scores that single precision cannot tell apart are few and short; longer ones are sorted by comparison. */
const INSERTION_LIMIT = 32;

/**
 * `order` sorted stably by descending score; NaN comes last, as numpy's argsort puts it. Scores are ranked by their
 * single-precision bits first, which rounding keeps monotonic, then exactly within equal bits.
 */
export function sortByScore(order: Uint32Array, scores: ArrayLike<number>): Uint32Array {
  if (order.length < 2) return order.slice();
  const keys = descendingKeys(order, scores);
  let [least, most] = [keys[0], keys[0]];
  for (let i = 1; i < keys.length; i++) {
    if (keys[i] < least) least = keys[i];
    else if (keys[i] > most) most = keys[i];
  }
  const bits = 32 - Math.clz32(most - least);
  for (let i = 0; i < keys.length; i++) keys[i] -= least;
  const sorted = radixSort(keys, order, bits);
  settleRuns(sorted, scores);
  return sorted.order;
}

/** Unsigned integers that ascend as scores descend. */
function descendingKeys(order: Uint32Array, scores: ArrayLike<number>): Uint32Array {
  const single = new Float32Array(order.length);
  // Adding 0 turns -0 into 0: they are equal scores.
  for (let i = 0; i < order.length; i++) single[i] = Math.fround(scores[order[i]]) + 0;
  const keys = new Uint32Array(single.buffer);
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i] | 0;
    keys[i] = Number.isNaN(single[i]) ? 0xffffffff : bits >= 0 ? 0x7fffffff - bits : bits;
  }
  return keys;
}

type Keyed = { readonly keys: Uint32Array; readonly order: Uint32Array };

function radixSort(keys: Uint32Array, order: Uint32Array, bits: number): Keyed {
  const passes = Math.ceil(bits / RADIX_BITS);
  const width = Math.ceil(bits / Math.max(1, passes));
  let from: Keyed = { keys, order };
  for (let pass = 0; pass < passes; pass++) from = radixPass(from, pass * width, width);
  return passes === 0 ? { keys, order: order.slice() } : from;
}

function radixPass({ keys, order }: Keyed, shift: number, width: number): Keyed {
  const mask = (1 << width) - 1;
  const starts = new Uint32Array((1 << width) + 1);
  for (let i = 0; i < keys.length; i++) starts[((keys[i] >>> shift) & mask) + 1]++;
  for (let b = 0; b < mask; b++) starts[b + 1] += starts[b];
  const to = { keys: new Uint32Array(keys.length), order: new Uint32Array(keys.length) };
  for (let i = 0; i < keys.length; i++) {
    const at = starts[(keys[i] >>> shift) & mask]++;
    to.keys[at] = keys[i];
    to.order[at] = order[i];
  }
  return to;
}

/** Puts right what single precision could not rank. */
function settleRuns({ keys, order }: Keyed, scores: ArrayLike<number>): void {
  for (let start = 0; start < keys.length; ) {
    let end = start + 1;
    while (end < keys.length && keys[end] === keys[start]) end++;
    if (end - start > 1) settleRun(order.subarray(start, end), scores);
    start = end;
  }
}

function settleRun(run: Uint32Array, scores: ArrayLike<number>): void {
  if (isDescending(run, scores)) return;
  if (run.length > INSERTION_LIMIT) run.sort((a, b) => scores[b] - scores[a]);
  else insertionSort(run, scores);
}

function isDescending(run: Uint32Array, scores: ArrayLike<number>): boolean {
  for (let i = 1; i < run.length; i++) if (scores[run[i]] > scores[run[i - 1]]) return false;
  return true;
}

function insertionSort(run: Uint32Array, scores: ArrayLike<number>): void {
  for (let i = 1; i < run.length; i++) {
    const item = run[i];
    let j = i;
    for (; j > 0 && scores[run[j - 1]] < scores[item]; j--) run[j] = run[j - 1];
    run[j] = item;
  }
}

/** source[order[i]] for each i. Array.from with a function takes an iterator's way, ten times as slow. */
export function gatherInts(source: Int32Array, order: Uint32Array): Int32Array {
  const values = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) values[i] = source[order[i]];
  return values;
}

export function gatherDoubles(source: Float64Array, order: Uint32Array): Float64Array {
  const values = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) values[i] = source[order[i]];
  return values;
}

export function gatherBytes(source: Uint8Array, order: Uint32Array): Uint8Array {
  const values = new Uint8Array(order.length);
  for (let i = 0; i < order.length; i++) values[i] = source[order[i]];
  return values;
}
