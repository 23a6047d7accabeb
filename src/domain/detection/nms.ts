import { CandidateList } from './candidates';
import type { BoxOut, Head, OutputView } from './heads/head';

export type NmsOptions = {
  readonly conf: number;
  readonly iou: number;
  readonly maxDetections: number;
  /** Every class above `conf` of an anchor counts (validation), else its best (prediction). */
  readonly multiLabel: boolean;
  /** Boxes of different classes suppress each other. */
  readonly agnostic: boolean;
};

/** Detections of one image in input pixels, unclipped, by descending score. Views of the finder's own memory. */
export type FoundBoxes = {
  readonly count: number;
  /** x1, y1, x2, y2. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly class: Uint16Array;
};

/** Boxes that go into NMS at most; the best by score. */
const MOST_CANDIDATES = 30_000;
/** Classes lie this many pixels apart while they are suppressed together (Ultralytics' max_wh); its rounding matters. */
const CLASS_OFFSET = 7680;

/** Decodes outputs to boxes as Ultralytics does (facts A4.4), without its time limit. Keeps its memory between images. */
export class BoxFinder {
  readonly #head: Head;
  readonly #options: NmsOptions;
  readonly #found = new CandidateList();
  readonly #kept: Kept;
  readonly #box: BoxOut = new Float32Array(4);

  constructor(head: Head, options: NmsOptions) {
    this.#head = head;
    this.#options = options;
    this.#kept = new Kept(options.maxDetections);
  }

  find(view: OutputView): FoundBoxes {
    const { conf, multiLabel } = this.#options;
    const head = this.#head;
    this.#found.clear();
    this.#kept.clear();
    head.scan(view, { conf: Math.fround(conf), multiLabel: multiLabel && !head.bestClassOnly }, this.#found);
    const order = head.finished ? this.#asFound() : this.#found.order(head.classes);
    const limit = Math.min(order.length, MOST_CANDIDATES);
    for (let i = 0; i < limit && !this.#kept.isFull; i++) this.#consider(view, order[i]);
    return this.#kept.view();
  }

  #asFound(): Uint32Array {
    return Uint32Array.from({ length: this.#found.length }, (_, i) => i);
  }

  #consider(view: OutputView, index: number): void {
    const box = this.#box;
    const cls = this.#found.classAt(index);
    const score = this.#found.scoreAt(index);
    this.#head.readBox(view, this.#found.anchorAt(index), box);
    const group = this.#options.agnostic ? 0 : cls;
    if (this.#head.finished) this.#kept.add(box, { score, cls, group });
    else this.#kept.addUnlessCovered(box, { score, cls, group }, this.#options.iou);
  }
}

type Entry = { readonly score: number; readonly cls: number; readonly group: number };

/** Boxes kept so far, with the shifted corners and areas that overlap is judged by, chained by group. */
class Kept {
  readonly #boxes: Float32Array;
  readonly #shifted: Float32Array;
  readonly #area: Float32Array;
  readonly #scores: Float32Array;
  readonly #class: Uint16Array;
  /** Index of the group's box kept before, -1 at the end; overlap across groups cannot be. */
  readonly #before: Int32Array;
  readonly #last = new Map<number, number>();
  #count = 0;

  constructor(capacity: number) {
    this.#boxes = new Float32Array(4 * capacity);
    this.#shifted = new Float32Array(4 * capacity);
    this.#area = new Float32Array(capacity);
    this.#scores = new Float32Array(capacity);
    this.#class = new Uint16Array(capacity);
    this.#before = new Int32Array(capacity);
  }

  get isFull(): boolean {
    return this.#count === this.#scores.length;
  }

  clear(): void {
    this.#count = 0;
    this.#last.clear();
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

  add(box: BoxOut, { score, cls, group }: Entry): void {
    const k = this.#count++;
    this.#boxes.set(box, 4 * k);
    this.#scores[k] = score;
    this.#class[k] = cls;
    this.#before[k] = this.#last.get(group) ?? -1;
    this.#last.set(group, k);
  }

  addUnlessCovered(box: BoxOut, entry: Entry, iou: number): void {
    const s = this.#shifted;
    const at = 4 * this.#count;
    const offset = entry.group * CLASS_OFFSET;
    for (let i = 0; i < 4; i++) s[at + i] = box[i] + offset;
    this.#area[this.#count] = Math.fround(s[at + 2] - s[at]) * Math.fround(s[at + 3] - s[at + 1]);
    for (let k = this.#last.get(entry.group) ?? -1; k >= 0; k = this.#before[k]) {
      if (this.#overlap(k, this.#count) > iou) return;
    }
    this.add(box, entry);
  }

  /** IoU without +1 and without epsilon, each operation rounded to float32 as torchvision's CPU kernel does. */
  #overlap(a: number, b: number): number {
    const s = this.#shifted;
    const [i, j] = [4 * a, 4 * b];
    const width = Math.fround(Math.min(s[i + 2], s[j + 2]) - Math.max(s[i], s[j]));
    if (width <= 0) return 0;
    const height = Math.fround(Math.min(s[i + 3], s[j + 3]) - Math.max(s[i + 1], s[j + 1]));
    if (height <= 0) return 0;
    const shared = Math.fround(width * height);
    return Math.fround(shared / Math.fround(Math.fround(this.#area[a] + this.#area[b]) - shared));
  }
}
