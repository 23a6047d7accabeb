// The bytes between the numbers of a record. Writers give every object of a list the same keys in the same order, so
// the bytes up to each number are compared, four at a time, with those of the object before.

/** Number s of a record follows lead s and goes to column[s]; one lead more closes the record. */
export type Skeleton = {
  view: DataView;
  /** false until a record was short enough to be learned. */
  complete: boolean;
  slots: number;
  readonly column: Int32Array;
  readonly length: Int32Array;
  /** The lead as little-endian words, from MAX_WORDS x s; the last one overlaps the one before. */
  readonly words: Int32Array;
};

/** Column of a value that is not needed. */
export const SKIPPED = -1;

const MAX_SLOTS = 32;
const MAX_WORDS = 16;
const WORD = 4;

export function createSkeleton(bytes: Uint8Array): Skeleton {
  return {
    view: viewOf(bytes),
    complete: false,
    slots: 0,
    column: new Int32Array(MAX_SLOTS),
    length: new Int32Array(MAX_SLOTS),
    words: new Int32Array(MAX_SLOTS * MAX_WORDS),
  };
}

/** What was learnt is for other bytes from now on. */
export function moveSkeleton(skeleton: Skeleton, bytes: Uint8Array): void {
  skeleton.view = viewOf(bytes);
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function clearSkeleton(skeleton: Skeleton): void {
  skeleton.complete = false;
  skeleton.slots = 0;
}

/** Records that the bytes from..to lead up to a value; a record with too many or too long ones stays incomplete. */
export function addSlot(skeleton: Skeleton, from: number, to: number, column: number): void {
  const slot = skeleton.slots++;
  // A text that is torn within a record: reading past its end fails, and nothing can be learnt from it.
  const isTorn = from < 0 || to > skeleton.view.byteLength;
  if (slot >= MAX_SLOTS || isTorn) return;
  skeleton.column[slot] = column;
  skeleton.length[slot] = to - from;
  if (to - from > WORD * MAX_WORDS) return;
  const first = slot * MAX_WORDS;
  if (to - from < WORD) skeleton.words[first] = shortWord(skeleton, from, to - from);
  else
    for (let at = from, i = first; at < to; at += WORD, i++) skeleton.words[i] = wordBefore(skeleton, at, to);
}

/** Records the bytes that close the record. */
export function closeSkeleton(skeleton: Skeleton, from: number, to: number): void {
  addSlot(skeleton, from, to, SKIPPED);
  const { slots, length } = skeleton;
  skeleton.complete = slots <= MAX_SLOTS && length.subarray(0, slots).every((own) => own <= WORD * MAX_WORDS);
  skeleton.slots--;
}

function wordBefore({ view }: Skeleton, at: number, end: number): number {
  return view.getInt32(Math.min(at, end - WORD), true);
}

function shortWord({ view }: Skeleton, from: number, length: number): number {
  let word = 0;
  for (let i = 0; i < length; i++) word |= view.getUint8(from + i) << (8 * i);
  return word;
}

/** Position after lead number `slot` if it is at `start`, else -1. */
export function matchLead(skeleton: Skeleton, slot: number, start: number): number {
  const { view, words } = skeleton;
  const length = skeleton.length[slot];
  const end = start + length;
  // Too near the end of the text to compare whole words; the caller reads on byte by byte.
  if (Math.max(end, start + WORD) > view.byteLength) return -1;
  if (length >= WORD) return sameWords(skeleton, slot * MAX_WORDS, start, end) ? end : -1;
  return (view.getInt32(start, true) & ((1 << (8 * length)) - 1)) === words[slot * MAX_WORDS] ? end : -1;
}

function sameWords({ view, words }: Skeleton, first: number, start: number, end: number): boolean {
  let word = first;
  for (let at = start; at < end - WORD; at += WORD)
    if (view.getInt32(at, true) !== words[word++]) return false;
  return view.getInt32(end - WORD, true) === words[word];
}
