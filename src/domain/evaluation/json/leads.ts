/** The bytes before each value of a record, to be compared four at a time. */
export type Leads = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where each lead stands in the text, how long it is, and its words from `MAX_WORDS` x its number. */
  readonly length: Int32Array;
  readonly words: Int32Array;
};

const MAX_LEADS = 16;
const MAX_WORDS = 16;
const WORD = 4;

export function createLeads(bytes: Uint8Array): Leads {
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    length: new Int32Array(MAX_LEADS),
    words: new Int32Array(MAX_LEADS * MAX_WORDS),
  };
}

/**
 * Notes the bytes from..to as lead number `index`; false where they are no lead to compare: too many, too long, or
 * too short. The last word overlaps the one before.
 */
export function noteLead(leads: Leads, index: number, from: number, to: number): boolean {
  const length = to - from;
  if (index >= MAX_LEADS || length < WORD || length > WORD * MAX_WORDS) return false;
  leads.length[index] = length;
  let word = index * MAX_WORDS;
  for (let at = from; at < to; at += WORD) {
    leads.words[word++] = leads.view.getInt32(Math.min(at, to - WORD), true);
  }
  return true;
}

/** Position after lead number `index` where the bytes at `start` are the same, else -1. */
export function matchLead({ view, length, words }: Leads, index: number, start: number): number {
  const end = start + length[index];
  if (end > view.byteLength) return -1;
  const last = end - WORD;
  let word = index * MAX_WORDS;
  for (let at = start; at < last; at += WORD) if (view.getInt32(at, true) !== words[word++]) return -1;
  return view.getInt32(last, true) === words[word] ? end : -1;
}
