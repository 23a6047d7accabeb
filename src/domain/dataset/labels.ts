import { type Words, words } from '../../base/words';

/** Labels of one image: boxes are cx, cy, w, h, normalized to the image, length 4n. */
export type Labels = { readonly class: Uint16Array; readonly boxes: Float32Array };

export type LabelFault = {
  /** 1-based line of the label file; absent if the whole file is at fault. */
  readonly line?: number;
  readonly said: Words;
  /** A class that the dataset does not have: the label set and the YAML do not match. */
  readonly classOutOfRange: boolean;
};

export type LabelRules = {
  readonly classes: number;
  readonly columns: number;
  /** All classes count as class 0, and their range is not checked. */
  readonly singleCls: boolean;
};

export type ParsedLabels =
  | { readonly kind: 'labels'; readonly labels: Labels; readonly duplicates: number }
  | { readonly kind: 'fault'; readonly fault: LabelFault };

type LabelRow = { readonly line: number; readonly values: readonly number[] };

export const NO_LABELS: Labels = { class: new Uint16Array(0), boxes: new Float32Array(0) };
const BOX_COLUMNS = 5;
/** A row longer than this makes the whole file one of polygons (Ultralytics data/utils.py, verify_image_label). */
const MOST_BOX_TOKENS = 6;
// Ultralytics' tolerance since 8.3.163: rounding by exporters may exceed the unit square a little.
const LOW = -0.01;
const HIGH = 1.01;

/** Parses a YOLO label file. Any faulty row invalidates the file, as it does in Ultralytics. */
export function parseLabels(text: string, rules: LabelRules): ParsedLabels {
  const rows = splitRows(text);
  const polygons = rules.columns === BOX_COLUMNS && rows.some((row) => row.values.length > MOST_BOX_TOKENS);
  for (const row of rows) {
    const fault = rowFault(row, rules, polygons);
    if (fault) return { kind: 'fault', fault };
  }
  const kept = withoutDuplicates(rows.map(({ values }) => values));
  const boxes = polygons ? kept.map(polygonBox) : kept;
  return { kind: 'labels', labels: toLabels(boxes, rules), duplicates: rows.length - kept.length };
}

/** As Python writes numbers: JavaScript alone would take 0x1f, 0b1 and Infinity as well. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const toNumber = (token: string): number => (NUMBER.test(token) ? Number(token) : Number.NaN);

function splitRows(text: string): LabelRow[] {
  const rows: LabelRow[] = [];
  text.split(/\r\n|\n|\r/).forEach((line, index) => {
    const tokens = line.trim().split(/\s+/);
    if (tokens[0] !== '') rows.push({ line: index + 1, values: tokens.map(toNumber) });
  });
  return rows;
}

function rowFault(row: LabelRow, rules: LabelRules, polygons: boolean): LabelFault | undefined {
  const said = shapeFault(row.values, rules, polygons) ?? valueFault(row.values, polygons);
  if (said !== undefined) return { line: row.line, said, classOutOfRange: false };
  const [cls] = row.values;
  if (rules.singleCls || cls < rules.classes) return undefined;
  const outOfRange =
    rules.classes === 1
      ? words('class {0} is out of range: the dataset has only class 0', cls)
      : words('class {0} is out of range: the dataset has classes 0 to {1}', cls, rules.classes - 1);
  return { line: row.line, said: outOfRange, classOutOfRange: true };
}

function shapeFault(values: readonly number[], rules: LabelRules, polygons: boolean): Words | undefined {
  if (values.some(Number.isNaN)) return words('holds something that is not a number');
  if (polygons) {
    // If read as a polygon, the four numbers of a box would be two of its corners: a wrong box.
    if (values.length === BOX_COLUMNS)
      return words('is a box, but other rows are polygons: a file holds one kind');
    const whole = values.length >= BOX_COLUMNS && values.length % 2 === 1;
    return whole ? undefined : words('is not a polygon: expected a class and pairs of x y');
  }
  if (values.length === rules.columns) return undefined;
  return words('has {0} values, expected {1} (class cx cy w h)', values.length, rules.columns);
}

/** Keypoints after the box are not checked: their visibility is not a coordinate. */
function valueFault(values: readonly number[], polygons: boolean): Words | undefined {
  const [cls, ...coordinates] = polygons ? values : values.slice(0, BOX_COLUMNS);
  if (!Number.isInteger(cls) || cls < 0) return words('class {0} is not a whole number from 0', cls);
  const bad = coordinates.find((v) => v < LOW || v > HIGH);
  if (bad !== undefined) return words('coordinate {0} is not normalized (expected 0 to 1)', bad);
  const negative = polygons ? undefined : coordinates.slice(2).find((v) => v < 0);
  return negative === undefined ? undefined : words('width or height {0} is negative', negative);
}

/** Class and bounding box of a polygon row: class x1 y1 x2 y2 ... */
function polygonBox(values: readonly number[]): number[] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 1; i < values.length; i += 2) {
    left = Math.min(left, values[i]);
    right = Math.max(right, values[i]);
    top = Math.min(top, values[i + 1]);
    bottom = Math.max(bottom, values[i + 1]);
  }
  return [values[0], (left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
}

/** Exact duplicates are removed; if there were any, the rest is sorted by column, as numpy.unique leaves it. */
function withoutDuplicates(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const unique = new Map(rows.map((row) => [row.join(' '), row]));
  if (unique.size === rows.length) return rows;
  return [...unique.values()].sort((a, b) => a.map((v, i) => v - b[i]).find((d) => d !== 0) ?? 0);
}

function toLabels(rows: readonly (readonly number[])[], rules: LabelRules): Labels {
  const labels = { class: new Uint16Array(rows.length), boxes: new Float32Array(4 * rows.length) };
  rows.forEach((row, i) => {
    labels.class[i] = rules.singleCls ? 0 : row[0];
    labels.boxes.set(row.slice(1, BOX_COLUMNS), 4 * i);
  });
  return labels;
}

/** How many pixels of its longer side a box must have at the training size: a detector's loss ignores smaller ones. */
export const LEAST_PIXELS = 2;
/** Exporters round: a box may leave its image by a thousandth. */
const OUTSIDE = 1e-3;

export type LabelStats = {
  readonly boxes: number;
  /** Boxes of each class. */
  readonly perClass: readonly number[];
  /** Boxes that reach out of their image, and an image that has one. */
  readonly outside: { readonly count: number; readonly example?: string };
};

type FileLabels = Labels & { readonly file: string };

export function labelStats(images: readonly FileLabels[], classes: number): LabelStats {
  const perClass = new Array<number>(classes).fill(0);
  let [boxes, count] = [0, 0];
  let example: string | undefined;
  for (const image of images) {
    boxes += image.class.length;
    for (const cls of image.class) perClass[cls] = (perClass[cls] ?? 0) + 1;
    const out = countOutside(image.boxes);
    count += out;
    if (out > 0) example ??= image.file;
  }
  return { boxes, perClass, outside: { count, ...(example !== undefined && { example }) } };
}

function countOutside(boxes: Float32Array): number {
  let count = 0;
  for (let i = 0; i < boxes.length; i += 4) {
    const reaches = [0, 1].some((axis) => {
      const [center, half] = [boxes[i + axis], boxes[i + 2 + axis] / 2];
      return center - half < -OUTSIDE || center + half > 1 + OUTSIDE;
    });
    if (reaches) count++;
  }
  return count;
}

/** Boxes whose longer side is under LEAST_PIXELS once the image's longer side is `imgsz`. */
export function countTiny(
  boxes: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  imgsz: number,
): number {
  const scale = imgsz / Math.max(width, height);
  let count = 0;
  for (let i = 0; i < boxes.length; i += 4)
    if (Math.max(boxes[i + 2] * width, boxes[i + 3] * height) * scale < LEAST_PIXELS) count++;
  return count;
}
