import type { Problem } from '../base/problem';
import type { CocoDetections } from '../domain/evaluation/coco/input';
import type { IdIndex } from '../json/ids';
import { idText } from '../json/ids';
import { readMembers, readRecords } from '../json/list';
import { createRecordReader, type Field, type RecordReader } from '../json/record';
import { createScan, expectEnd, fail, type Scan, skipValue, startOf } from '../json/scan';
import { failureProblem, fileProblem } from './file-problem';
import type { GroundTruthFile } from './ground-truth-file';

const IMAGE = 0;
const CATEGORY = 1;
const BOX = 2;
const SCORE = 6;

const FIELDS: readonly Field[] = [
  { name: 'image_id', kind: 'id', column: IMAGE },
  { name: 'category_id', kind: 'id', column: CATEGORY },
  { name: 'bbox', kind: 'box', column: BOX },
  { name: 'score', kind: 'number', column: SCORE },
];
const NEEDED = FIELDS.reduce((bits, field) => bits | (1 << field.column), 0);
/** Near the size of one detection in common files; the columns grow if detections are smaller. */
const USUAL_BYTES = 80;

type Sink = {
  readonly scan: Scan;
  readonly reader: RecordReader;
  readonly images: IdIndex;
  readonly categories: IdIndex;
  columns: CocoDetections;
  count: number;
  strangers: number;
  unranked: number;
};

/** Reads COCO results: a list of detections, or an object that has one as its annotations. */
export function parseDetectionsFile(
  bytes: Uint8Array,
  file: string,
  groundTruth: GroundTruthFile,
): { value: CocoDetections | undefined; problems: Problem[] } {
  const scan = createScan(bytes, groundTruth.names);
  const sink = createSink(scan, groundTruth);
  const end = readDetections(sink, startOf(scan));
  if (expectEnd(scan, end) < 0) return { value: undefined, problems: [failureProblem(scan, file)] };
  return { value: trimmed(sink), problems: warnings(sink, file) };
}

function createSink(scan: Scan, { images, categories }: GroundTruthFile): Sink {
  const columns = allocate(Math.ceil(scan.bytes.length / USUAL_BYTES) + 16);
  const reader = createRecordReader(FIELDS, scan);
  return { scan, reader, images, categories, columns, count: 0, strangers: 0, unranked: 0 };
}

function readDetections(sink: Sink, start: number): number {
  const { scan } = sink;
  const first = scan.bytes[start];
  if (first === 91) return readRecords(scan, start, sink.reader, (at) => take(sink, at));
  if (first !== 123) return fail(scan, start, 'COCO results, a list of detections');
  let found = false;
  const end = readMembers(scan, start, (key, value) => {
    if (key !== 'annotations') return skipValue(scan, value);
    found = true;
    return readRecords(scan, value, sink.reader, (at) => take(sink, at));
  });
  return end < 0 || found ? end : fail(scan, start, 'COCO results, a list of detections');
}

/** Takes the record just read; false if it is not a detection. */
function take(sink: Sink, at: number): boolean {
  const { reader, columns } = sink;
  const { row } = reader;
  if ((reader.seen & NEEDED) !== NEEDED) return refuse(sink, at);
  const image = sink.images.find(row[IMAGE]);
  if (image < 0) return refuseImage(sink, at);
  const category = sink.categories.find(row[CATEGORY]);
  if (category < 0) {
    sink.strangers++;
    return true;
  }
  const i = sink.count++;
  columns.image[i] = image;
  columns.category[i] = category;
  columns.scores[i] = row[SCORE];
  columns.boxes[4 * i] = row[BOX];
  columns.boxes[4 * i + 1] = row[BOX + 1];
  columns.boxes[4 * i + 2] = row[BOX + 2];
  columns.boxes[4 * i + 3] = row[BOX + 3];
  if (Number.isNaN(row[SCORE])) sink.unranked++;
  if (sink.count === columns.scores.length) sink.columns = resized(columns, 2 * sink.count, sink.count);
  return true;
}

function refuse(sink: Sink, at: number): boolean {
  const absent = FIELDS.find((field) => (sink.reader.seen & (1 << field.column)) === 0);
  fail(sink.scan, at, `"${absent?.name}" in each detection`);
  return false;
}

function refuseImage(sink: Sink, at: number): boolean {
  const id = idText(sink.scan.names, sink.reader.row[IMAGE]);
  fail(sink.scan, at, `detections of the ground truth's images only (it has no image ${id})`);
  return false;
}

function allocate(capacity: number): CocoDetections {
  return {
    image: new Int32Array(capacity),
    category: new Int32Array(capacity),
    boxes: new Float64Array(4 * capacity),
    scores: new Float64Array(capacity),
  };
}

function resized(columns: CocoDetections, capacity: number, count: number): CocoDetections {
  const next = allocate(capacity);
  next.image.set(columns.image.subarray(0, count));
  next.category.set(columns.category.subarray(0, count));
  next.boxes.set(columns.boxes.subarray(0, 4 * count));
  next.scores.set(columns.scores.subarray(0, count));
  return next;
}

function trimmed({ columns, count }: Sink): CocoDetections {
  return {
    image: columns.image.subarray(0, count),
    category: columns.category.subarray(0, count),
    boxes: columns.boxes.subarray(0, 4 * count),
    scores: columns.scores.subarray(0, count),
  };
}

function warnings(sink: Sink, file: string): Problem[] {
  const lines: string[] = [];
  if (sink.strangers > 0) {
    lines.push(
      `${sink.strangers} detections of categories that the ground truth does not list are left out, as in pycocotools`,
    );
  }
  if (sink.unranked > 0) lines.push(`${sink.unranked} detections have the score NaN; they rank last`);
  return lines.map((line) => fileProblem('warning', file, line));
}
