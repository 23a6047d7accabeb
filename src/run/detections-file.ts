import * as z from 'zod';
import { parseJson } from '../base/json';
import { type Words, words } from '../base/words';
import { GROUPED_BY } from '../domain/compare/grouping';
import type { Detections, GroundTruth } from '../domain/evaluation/types';
import { fromVersion1, zHeader1 } from './detections-file-1';

// A .det file: what one checkpoint detected on one val set, so that checkpoints and runs can be compared later without
// running a model again. Boxes and ground truth are in pixels of the original image, whatever size the model takes.
//   8 bytes   "PITWDET" and the format version
//   4 bytes   length of the header, little-endian
//   header    JSON, padded with spaces so that what follows is aligned to 4 bytes
//   float32   boxes, x1 y1 x2 y2, 4n; then scores, n
//   uint16    class, n; uint32 image index, n
//   then the ground truth in the same space: float32 boxes 4m, uint16 class m, uint32 image m
// Each column is padded to 4 bytes. Files of version 1 are read: their boxes are converted from the model's input, see
// detections-file-1.ts.
const MAGIC = 'PITWDET';
const VERSION = 2;
const PREFIX_BYTES = 12;
const MOST_HEADER_BYTES = 64 * 1024 * 1024;

const zCount = z.number().int().min(0);

/** How detections became boxes. */
export const zDetectionRule = z.object({
  name: z.literal('ultralytics'),
  /** Longer side of the model's input. */
  imgsz: z.number().int(),
  conf: z.number(),
  iou: z.number(),
  max_det: z.number().int(),
  single_cls: z.boolean(),
  split: z.string(),
  /** Whether images were turned upright by their EXIF orientation. */
  exif: z.enum(['applied', 'ignored']),
  /** Absent in files of earlier versions: all classes, and the matching that reports had. */
  classes: z.array(z.number().int()).optional(),
  matching: z.enum(['greedy', 'best-label']).optional(),
  /** Boxes of different classes suppressed each other; absent: they did not. */
  agnostic: z.literal(true).optional(),
});

export const zDetectionsHeader = z
  .object({
    /** Of the content of the val set; see src/domain/compare/val-set.ts. */
    fingerprint: z.string(),
    classes: z.array(z.string()),
    rule: zDetectionRule,
    images: zCount,
    /** Image paths as the val set names them; the index is the image number. */
    files: z.array(z.string()),
    /** Original width and height of each image, 2 * images. */
    sizes: z.array(z.number()),
    /** Digests of each image with its labels; ascending. Absent in files that were of version 1. */
    digests: z.array(z.string()).optional(),
    /** The group of each image; see src/domain/compare/grouping.ts. Absent in files of earlier versions. */
    groups: z.array(zCount).optional(),
    groupedBy: z.enum(GROUPED_BY).optional(),
    detections: zCount,
    labels: zCount,
  })
  .refine(
    ({ images, files, sizes, digests, groups }) =>
      files.length === images &&
      sizes.length === 2 * images &&
      [digests, groups].every((column) => (column?.length ?? images) === images) &&
      (groups ?? []).every((group) => group < images),
    'a column has another length than there are images',
  );
export type DetectionsHeader = z.infer<typeof zDetectionsHeader>;

export type DetectionsFile = {
  readonly header: DetectionsHeader;
  readonly detections: Detections;
  /** Ground truth in the same space as the detections. */
  readonly truth: GroundTruth;
};

type BoxColumns = { readonly boxes: Float32Array; readonly image: Uint32Array; readonly class: Uint16Array };

/** The bytes of a .det file. `header.detections` and `header.labels` are taken from the arrays. */
export function encodeDetections(file: {
  readonly header: Omit<DetectionsHeader, 'detections' | 'labels'>;
  readonly detections: Detections;
  readonly truth: BoxColumns;
}): Uint8Array {
  const { detections, truth } = file;
  const header = { ...file.header, detections: detections.image.length, labels: truth.image.length };
  const json = asciiJson(header);
  const text = json + ' '.repeat((4 - ((PREFIX_BYTES + json.length) % 4)) % 4);
  const columns = [
    detections.boxes,
    detections.scores,
    detections.class,
    detections.image,
    truth.boxes,
    truth.class,
    truth.image,
  ];
  const out = new Uint8Array(
    columns.reduce((sum, c) => sum + aligned(c.byteLength), PREFIX_BYTES + text.length),
  );
  writeAscii(out, 0, `${MAGIC}${VERSION}`);
  new DataView(out.buffer).setUint32(8, text.length, true);
  writeAscii(out, PREFIX_BYTES, text);
  let at = PREFIX_BYTES + text.length;
  for (const column of columns) {
    out.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += aligned(column.byteLength);
  }
  return out;
}

/** Reads a .det file; undefined if it is not one, torn, of an unknown version, or has numbers that nothing can judge. */
export function decodeDetections(bytes: Uint8Array): DetectionsFile | undefined {
  const file = readDetections(bytes);
  return file && nonFiniteIn(file) ? undefined : file;
}

/** Why nothing can be judged by these bytes: which number is at fault and where, if they are a .det file at all. */
export function whyNotDetections(bytes: Uint8Array): Words {
  const file = readDetections(bytes);
  return (file && nonFiniteIn(file)) ?? words('is not a detections file that this version reads');
}

type SayWhere = (row: number, image: string, value: string) => Words;
const SCORE_IS: SayWhere = (...where) => words('the score of detection {0}, of {1}, is {2}', ...where);
const BOX_HAS: SayWhere = (...where) => words('the box of detection {0}, of {1}, has {2}', ...where);
const LABEL_HAS: SayWhere = (...where) => words('the box of label {0}, of {1}, has {2}', ...where);

/** The first number that is none. Ranked or matched, it would be judged as any other. */
function nonFiniteIn({ header, detections, truth }: DetectionsFile): Words | undefined {
  const columns = [
    { values: detections.scores, each: 1, image: detections.image, say: SCORE_IS },
    { values: detections.boxes, each: 4, image: detections.image, say: BOX_HAS },
    { values: truth.boxes, each: 4, image: truth.image, say: LABEL_HAS },
  ];
  for (const { values, each, image, say } of columns) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    const row = Math.floor(at / each);
    if (at >= 0) return say(row, header.files[image[row]], String(values[at]));
  }
  return undefined;
}

function readDetections(bytes: Uint8Array): DetectionsFile | undefined {
  const version = VERSIONS.find((v) => readAscii(bytes, 0, 8) === `${MAGIC}${v}`);
  const header = version && readHeader(bytes);
  if (!header) return undefined;
  if (version === VERSION)
    return readColumns(bytes, zDetectionsHeader.safeParse(header.json).data, header.end);
  const first = zHeader1.safeParse(header.json).data;
  const file = readColumns(bytes, first, header.end);
  return first && file && fromVersion1(first, file);
}

const VERSIONS = [VERSION, 1];

type Counted = Pick<DetectionsHeader, 'detections' | 'labels' | 'images' | 'classes'>;

function readColumns<H extends Counted>(bytes: Uint8Array, header: H | undefined, start: number) {
  if (!header) return undefined;
  const reader = columnReader(bytes, start);
  const { detections: n, labels: m, images, classes } = header;
  const detections = {
    boxes: reader.next(Float32Array, 4 * n),
    scores: reader.next(Float32Array, n),
    class: reader.next(Uint16Array, n),
    image: reader.next(Uint32Array, n),
  };
  const truth = {
    images,
    classes: classes.length,
    boxes: reader.next(Float32Array, 4 * m),
    class: reader.next(Uint16Array, m),
    image: reader.next(Uint32Array, m),
  };
  if (reader.end() !== bytes.byteLength || !indexesFit(detections, truth)) return undefined;
  if (!isJudgeable(detections.image, truth.image, images)) return undefined;
  return { header, detections, truth };
}

/** Boxes of one image; Ultralytics keeps 300, and the fullest images of known sets have 2,000 labels. */
const MOST_BOXES = 10_000;
/** Pairs of boxes that are compared, in one image and in all: what a page of a gallery and a comparison can wait for. */
const MOST_PAIRS = { image: 20_000_000, all: 2_000_000_000 } as const;

/** Every detection of an image is compared with every label of it: a small file could keep a reader busy for ever. */
function isJudgeable(detections: Uint32Array, labels: Uint32Array, images: number): boolean {
  const [found, known] = [detections, labels].map((column) => countsOf(column, images));
  let pairs = 0;
  for (let image = 0; image < images; image++) {
    const here = found[image] * known[image];
    pairs += here;
    if (Math.max(found[image], known[image]) > MOST_BOXES || here > MOST_PAIRS.image) return false;
  }
  return pairs <= MOST_PAIRS.all;
}

function countsOf(column: Uint32Array, images: number): Uint32Array {
  const counts = new Uint32Array(images);
  for (const image of column) counts[image]++;
  return counts;
}

/** Files come from run folders that others may have written: no index may point outside. */
function indexesFit(detections: Detections, truth: GroundTruth): boolean {
  const within = (values: Uint32Array | Uint16Array, limit: number): boolean =>
    values.every((v) => v < limit);
  return [detections, truth].every((c) => within(c.image, truth.images) && within(c.class, truth.classes));
}

function readHeader(bytes: Uint8Array): { json: unknown; end: number } | undefined {
  if (bytes.byteLength < PREFIX_BYTES) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (length > MOST_HEADER_BYTES || PREFIX_BYTES + length > bytes.byteLength) return undefined;
  return { json: parseJson(readAscii(bytes, PREFIX_BYTES, length)), end: PREFIX_BYTES + length };
}

type Numbers = Float32Array | Uint32Array | Uint16Array;
type NumbersConstructor<T extends Numbers> = { new (length: number): T; readonly BYTES_PER_ELEMENT: number };

/** Copies columns one after another, so that neither alignment nor the lifetime of the file's buffer matters. */
function columnReader(bytes: Uint8Array, start: number) {
  let at = start;
  return {
    next<T extends Numbers>(type: NumbersConstructor<T>, length: number): T {
      const size = length * type.BYTES_PER_ELEMENT;
      const from = at;
      at += aligned(size);
      const column = new type(at <= bytes.byteLength ? length : 0);
      new Uint8Array(column.buffer).set(bytes.subarray(from, from + column.byteLength));
      return column;
    },
    end: () => at,
  };
}

function aligned(size: number): number {
  return Math.ceil(size / 4) * 4;
}

/** JSON with everything outside ASCII escaped, so that length in bytes and in characters agree. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function writeAscii(out: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
}

function readAscii(bytes: Uint8Array, at: number, length: number): string {
  const parts: string[] = [];
  for (let i = at; i < at + length; i += 8192)
    parts.push(String.fromCharCode(...bytes.subarray(i, Math.min(i + 8192, at + length))));
  return parts.join('');
}
