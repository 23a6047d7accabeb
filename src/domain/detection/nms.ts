import { CandidateList } from './candidates';
import type { Head, OutputView } from './heads/head';

export type NmsOptions = {
  readonly conf: number;
  readonly iou: number;
  readonly maxDetections: number;
  /** Every class above `conf` of an anchor counts (validation), else its best (prediction). */
  readonly multiLabel: boolean;
  /** Boxes of different classes suppress each other. */
  readonly agnostic: boolean;
};

/** Detections of one image in input pixels, unclipped, by descending score. They are views of the finder's own memory. */
export type FoundBoxes = {
  readonly count: number;
  /** x1, y1, x2, y2. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly class: Uint16Array;
};

/** Boxes that go into NMS at most; the best by score. */
const MOST_CANDIDATES = 30_000;
/**
 * While all classes are suppressed together, they are shifted apart by this many pixels (Ultralytics' max_wh); its
 * rounding matters.
 */
const CLASS_OFFSET = 7680;

/**
 * Decodes outputs to boxes as Ultralytics does (facts A4.4), without its time limit. Reuses its memory for the next
 * image.
 */
export class BoxFinder {
  readonly #head: Head;
  readonly #options: NmsOptions;
  readonly #found = new CandidateList();
  readonly #kept: Kept;

  constructor(head: Head, options: NmsOptions) {
    this.#head = head;
    this.#options = options;
    this.#kept = new Kept(options, head.classes);
  }

  find(view: OutputView): FoundBoxes {
    const { conf, multiLabel } = this.#options;
    const head = this.#head;
    const found = this.#found;
    found.clear();
    this.#kept.clear();
    head.scan(view, { conf: Math.fround(conf), multiLabel: multiLabel && !head.bestClassOnly }, found);
    if (head.finished) this.#keepAll(view);
    else this.#suppress(view, found.order(head.classes));
    return this.#kept.view();
  }

  #keepAll(view: OutputView): void {
    for (let i = 0; i < this.#found.length && !this.#kept.isFull; i++) {
      this.#head.readBox(view, this.#found.anchorAt(i), this.#kept.box);
      this.#kept.add(this.#found.scoreAt(i), this.#found.classAt(i));
    }
  }

  #suppress(view: OutputView, order: Uint32Array): void {
    const limit = Math.min(order.length, MOST_CANDIDATES);
    for (let i = 0; i < limit && !this.#kept.isFull; i++) {
      const index = order[i];
      this.#head.readBox(view, this.#found.anchorAt(index), this.#kept.box);
      this.#kept.addUnlessCovered(this.#found.scoreAt(index), this.#found.classAt(index));
    }
  }
}

/** Boxes kept so far, with the shifted corners and areas that overlap is judged by, chained by class. */
class Kept {
  /** The current box: x1, y1, x2, y2. */
  readonly box = new Float32Array(4);
  readonly #boxes: Float32Array;
  readonly #scores: Float32Array;
  readonly #class: Uint16Array;
  readonly #chains: Chains;
  readonly #iou: number;
  readonly #agnostic: boolean;
  #count = 0;

  constructor({ maxDetections, iou, agnostic }: NmsOptions, classes: number) {
    this.#boxes = new Float32Array(4 * maxDetections);
    this.#scores = new Float32Array(maxDetections);
    this.#class = new Uint16Array(maxDetections);
    this.#iou = iou;
    this.#agnostic = agnostic;
    this.#chains = {
      shifted: new Float32Array(4 * maxDetections),
      area: new Float32Array(maxDetections),
      before: new Int32Array(maxDetections),
      last: new Int32Array(agnostic ? 1 : classes),
    };
  }

  get isFull(): boolean {
    return this.#count === this.#scores.length;
  }

  clear(): void {
    this.#count = 0;
    this.#chains.last.fill(-1);
  }

  view(): FoundBoxes {
    const count = this.#count;
    return {
      count,
      boxes: this.#boxes.subarray(0, 4 * count),
      scores: this.#scores.subarray(0, count),
      class: this.#class.subarray(0, count),
    };
  }

  add(score: number, cls: number): void {
    const k = this.#count++;
    for (let i = 0; i < 4; i++) this.#boxes[4 * k + i] = this.box[i];
    this.#scores[k] = score;
    this.#class[k] = cls;
  }

  addUnlessCovered(score: number, cls: number): void {
    const { shifted, area, before, last } = this.#chains;
    const k = this.#count;
    const group = this.#agnostic ? 0 : cls;
    const offset = group * CLASS_OFFSET;
    const at = 4 * k;
    for (let i = 0; i < 4; i++) shifted[at + i] = this.box[i] + offset;
    area[k] = Math.fround(shifted[at + 2] - shifted[at]) * Math.fround(shifted[at + 3] - shifted[at + 1]);
    if (isCovered(this.#chains, k, last[group], this.#iou)) return;
    before[k] = last[group];
    last[group] = k;
    this.add(score, cls);
  }
}

/**
 * Kept boxes by class: `last` of each class, and the one kept `before` each, -1 at the end. Boxes of other classes
 * cannot overlap.
 */
type Chains = {
  readonly shifted: Float32Array;
  readonly area: Float32Array;
  readonly before: Int32Array;
  readonly last: Int32Array;
};

/**
 * Whether a box of the chain that ends at `start` overlaps box `k` by more than `iou`: IoU without +1 and without epsilon,
 * each operation rounded to float32 as torchvision's CPU kernel does.
 */
function isCovered({ shifted: s, area, before }: Chains, k: number, start: number, iou: number): boolean {
  const at = 4 * k;
  const [left, top, right, bottom, own] = [s[at], s[at + 1], s[at + 2], s[at + 3], area[k]];
  for (let j = start; j >= 0; j = before[j]) {
    const i = 4 * j;
    // Most pairs are far apart; that is checked before anything is computed.
    if (s[i] >= right || s[i + 2] <= left || s[i + 1] >= bottom || s[i + 3] <= top) continue;
    const width = Math.fround(Math.min(s[i + 2], right) - Math.max(s[i], left));
    const height = Math.fround(Math.min(s[i + 3], bottom) - Math.max(s[i + 1], top));
    const shared = Math.fround(width * height);
    if (Math.fround(shared / Math.fround(Math.fround(area[j] + own) - shared)) > iou) return true;
  }
  return false;
}
