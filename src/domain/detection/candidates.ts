/** Boxes above the threshold before NMS: anchor, class and score, grown by doubling and used again for every image. */
export class CandidateList {
  #anchor = new Uint32Array(4096);
  #class = new Uint16Array(4096);
  #score = new Float32Array(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  add(anchor: number, cls: number, score: number): void {
    // An index has 23 bits; so many boxes above a threshold mean a broken model, not detections.
    if (this.#length === PLACES) return;
    if (this.#length === this.#score.length) this.#grow();
    this.#anchor[this.#length] = anchor;
    this.#class[this.#length] = cls;
    this.#score[this.#length++] = score;
  }

  anchorAt(index: number): number {
    return this.#anchor[index];
  }

  classAt(index: number): number {
    return this.#class[index];
  }

  scoreAt(index: number): number {
    return this.#score[index];
  }

  /** Indexes by descending score; equal scores in anchor order, then class order, as a stable sort of all boxes gives. */
  order(classes: number): Uint32Array {
    const n = this.#length;
    const bits = new Uint32Array(this.#score.buffer, this.#score.byteOffset, n);
    const keys = new Float64Array(n);
    // Bits of non-negative floats order as the floats do. 30 bits of score and 23 of index fill a double's 53.
    for (let i = 0; i < n; i++) keys[i] = (SCORE_TOP - Math.min(bits[i], SCORE_TOP)) * PLACES + i;
    keys.sort();
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = keys[i] % PLACES;
    this.#orderTies(order, classes);
    return order;
  }

  /** Sorts each run of equal scores by anchor and class, in place. */
  #orderTies(order: Uint32Array, classes: number): void {
    const score = this.#score;
    const rank = (i: number): number => this.#anchor[i] * classes + this.#class[i];
    for (let start = 0; start < order.length; ) {
      let end = start + 1;
      while (end < order.length && score[order[end]] === score[order[start]]) end++;
      if (end - start > 1) order.subarray(start, end).sort((a, b) => rank(a) - rank(b));
      start = end;
    }
  }

  #grow(): void {
    const capacity = this.#score.length * 2;
    const [anchor, cls, score] = [this.#anchor, this.#class, this.#score];
    this.#anchor = new Uint32Array(capacity);
    this.#class = new Uint16Array(capacity);
    this.#score = new Float32Array(capacity);
    this.#anchor.set(anchor);
    this.#class.set(cls);
    this.#score.set(score);
  }
}

const PLACES = 2 ** 23;
/** Bits of 1.0: no score is higher. */
const SCORE_TOP = 0x3f800000;
