// Orders of detections and ground truth: stable counting sorts, and the built-in sort of doubles for scores.

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

/** source[order[i]] for each i. Array.from with a function goes through an iterator, ten times as slow. */
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
