import type { Problem } from '../base/problem';
import { type CocoGroundTruth, CROWD, ID_ZERO } from '../domain/evaluation/coco/input';
import { createIdIndex, distinctIds, type IdIndex, idText } from '../json/ids';
import { type RowLayout, type Rows, readMembers, readRows, rowColumn } from '../json/list';
import type { Field } from '../json/record';
import {
  createNames,
  createScan,
  expectEnd,
  type IdNames,
  type Scan,
  skipValue,
  startOf,
} from '../json/scan';
import { failureProblem, fileProblem } from './file-problem';

/** Of each annotation: its id (NaN if it has none), and its image and category (-1 if not listed). */
type AnnotationColumns = {
  readonly ids: Float64Array;
  readonly image: Int32Array;
  readonly category: Int32Array;
};

/** A ground-truth file: its columns, and what is needed to read detections of it. */
export type GroundTruthFile = {
  readonly file: string;
  readonly groundTruth: CocoGroundTruth;
  readonly images: IdIndex;
  readonly categories: IdIndex;
  /** As written in the file, ascending. */
  readonly categoryIds: readonly string[];
  readonly names: IdNames;
};

type FileSections = { images?: Rows; annotations?: Rows; categories?: Rows };

/** Each takes 20 kB of precision curves; the largest published set, V3Det, has 13,204. */
const MOST_CATEGORIES = 30_000;

const ID = 0;
const IMAGE = 1;
const CATEGORY = 2;
const BOX = 3;
const AREA = 7;
const CROWDED = 8;
const ANNOTATION_WIDTH = 9;

const ID_FIELD: Field = { name: 'id', kind: 'id', column: ID };
const ID_ONLY: RowLayout = { fields: [ID_FIELD], needed: ['id'], width: 1 };
const ANNOTATION: RowLayout = {
  fields: [
    ID_FIELD,
    { name: 'image_id', kind: 'id', column: IMAGE },
    { name: 'category_id', kind: 'id', column: CATEGORY },
    { name: 'bbox', kind: 'box', column: BOX },
    { name: 'area', kind: 'number', column: AREA },
    { name: 'iscrowd', kind: 'number', column: CROWDED },
  ],
  needed: ['image_id', 'category_id', 'bbox'],
  width: ANNOTATION_WIDTH,
};
const SECTIONS = new Map<string, RowLayout>([
  ['images', ID_ONLY],
  ['annotations', ANNOTATION],
  ['categories', ID_ONLY],
]);

/** Reads a COCO annotation file. A problem that prevents the evaluation has severity error. */
export function parseGroundTruthFile(
  bytes: Uint8Array,
  file: string,
): { value: GroundTruthFile | undefined; problems: Problem[] } {
  const scan = createScan(bytes, createNames());
  const sections: FileSections = {};
  const end = readMembers(scan, startOf(scan), (key, value) => readSection(scan, value, key, sections));
  if (expectEnd(scan, end) < 0) return { value: undefined, problems: [failureProblem(scan, file)] };
  const { images, annotations, categories } = sections;
  if (!images || !annotations || !categories)
    return { value: undefined, problems: [missing(sections, file)] };
  return build({ images, annotations, categories }, scan.names, file);
}

function missing(sections: FileSections, file: string): Problem {
  const absent = [...SECTIONS.keys()].filter((name) => !(name in sections));
  const message = `expected COCO annotations, an object with images, annotations and categories; it has no ${absent.join(', no ')}`;
  return fileProblem('error', file, message);
}

function readSection(scan: Scan, start: number, key: string, sections: FileSections): number {
  const layout = SECTIONS.get(key);
  if (layout === undefined) return skipValue(scan, start);
  const { rows, end } = readRows(scan, start, layout, key);
  sections[key as keyof FileSections] = rows;
  return end;
}

function build(
  sections: Required<FileSections>,
  names: IdNames,
  file: string,
): { value: GroundTruthFile | undefined; problems: Problem[] } {
  const imageIds = distinctIds(rowColumn(sections.images, ID), names);
  const ids = distinctIds(rowColumn(sections.categories, ID), names);
  if (ids.length > MOST_CATEGORIES) {
    const message = `lists ${ids.length} categories; the most is ${MOST_CATEGORIES}`;
    return { value: undefined, problems: [fileProblem('error', file, message)] };
  }
  const index = { images: createIdIndex(imageIds), categories: createIdIndex(ids) };
  const { groundTruth, problems } = buildColumns(sections.annotations, index, file);
  const categoryIds = [...ids].map((id) => idText(names, id));
  return { value: { file, groundTruth, ...index, categoryIds, names }, problems };
}

type Index = { readonly images: IdIndex; readonly categories: IdIndex };

function buildColumns(
  rows: Rows,
  index: Index,
  file: string,
): { groundTruth: CocoGroundTruth; problems: Problem[] } {
  const found = resolve(rows, index);
  const { order, repeated } = annotationOrder(found);
  const groundTruth = {
    images: index.images.size,
    categories: index.categories.size,
    image: new Int32Array(order.length),
    category: new Int32Array(order.length),
    boxes: new Float64Array(4 * order.length),
    area: new Float64Array(order.length),
    flags: new Uint8Array(order.length),
  };
  const withoutArea = fillColumns(groundTruth, rows, order, found);
  const counts = { withoutArea, repeated, strangers: rows.count - order.length };
  return { groundTruth, problems: warnings(groundTruth, counts, file) };
}

/** Image and category of each annotation, -1 if the file does not list it. */
function resolve({ values, width, count }: Rows, { images, categories }: Index): AnnotationColumns {
  const found = {
    ids: new Float64Array(count),
    image: new Int32Array(count),
    category: new Int32Array(count),
  };
  for (let i = 0; i < count; i++) {
    found.ids[i] = values[i * width + ID];
    found.image[i] = images.find(values[i * width + IMAGE]);
    found.category[i] = categories.find(values[i * width + CATEGORY]);
  }
  return found;
}

/** Returns how many annotations had no area. */
function fillColumns(
  truth: CocoGroundTruth,
  rows: Rows,
  order: Uint32Array,
  found: AnnotationColumns,
): number {
  const { values, width } = rows;
  const { boxes } = truth;
  let withoutArea = 0;
  for (let i = 0; i < order.length; i++) {
    const at = order[i] * width;
    const missing = Number.isNaN(values[at + AREA]);
    for (let c = 0; c < 4; c++) boxes[4 * i + c] = values[at + BOX + c];
    truth.image[i] = found.image[order[i]];
    truth.category[i] = found.category[order[i]];
    truth.area[i] = missing ? boxes[4 * i + 2] * boxes[4 * i + 3] : values[at + AREA];
    truth.flags[i] = flagsOf(values[at + ID], values[at + CROWDED]);
    withoutArea += Number(missing);
  }
  return withoutArea;
}

/** An absent value is NaN, which is neither 0 nor above it. */
function flagsOf(id: number, crowded: number): number {
  return (Math.abs(crowded) > 0 ? CROWD : 0) | (id === 0 ? ID_ZERO : 0);
}

type Counts = { readonly withoutArea: number; readonly repeated: number; readonly strangers: number };

function warnings(groundTruth: CocoGroundTruth, counts: Counts, file: string): Problem[] {
  const lines: string[] = [];
  if (groundTruth.flags.some((flag) => (flag & ID_ZERO) !== 0)) {
    lines.push(
      'an annotation has id 0, which pycocotools takes for "no match" (cocoapi#332): a detection that finds it counts as false; number ids from 1',
    );
  }
  if (counts.repeated > 0) {
    lines.push(
      `${counts.repeated} annotations repeat the id of another; as in pycocotools the last one counts`,
    );
  }
  if (counts.withoutArea > 0) {
    lines.push(`${counts.withoutArea} annotations have no area; width x height is taken`);
  }
  if (counts.strangers > 0) {
    lines.push(
      `${counts.strangers} annotations of unlisted images or categories are left out, as in pycocotools`,
    );
  }
  return lines.map((line) => fileProblem('warning', file, line));
}

/**
 * Which annotations are judged, in order; those of unlisted images or categories (-1) are not. COCO.createIndex keeps
 * only the last annotation of an id but lists it wherever the id occurs, so it counts once for each.
 */
function annotationOrder(columns: AnnotationColumns): { order: Uint32Array; repeated: number } {
  const { ids, image, category } = columns;
  const order = new Uint32Array(ids.length);
  let count = 0;
  for (let i = 0; i < ids.length; i++) if (image[i] >= 0 && category[i] >= 0) order[count++] = i;
  const listed = order.subarray(0, count);
  return hasRepeats(ids) ? replaced(listed, lastOfId(ids), columns) : { order: listed, repeated: 0 };
}

/** An absent id is NaN and does not equal any other. */
function hasRepeats(ids: Float64Array): boolean {
  const sorted = ids.slice().sort();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return true;
  return false;
}

function lastOfId(ids: Float64Array): Map<number, number> {
  const last = new Map<number, number>();
  ids.forEach((id, i) => {
    last.set(id, i);
  });
  return last;
}

function replaced(
  listed: Uint32Array,
  last: ReadonlyMap<number, number>,
  { ids, image, category }: AnnotationColumns,
): { order: Uint32Array; repeated: number } {
  const keeper = (i: number): number => (Number.isNaN(ids[i]) ? i : (last.get(ids[i]) ?? i));
  // Annotations are collected image by image before they are assigned to the image of the last one.
  const fetched = listed.slice().sort((a, b) => image[a] - image[b] || a - b);
  const order = fetched.map(keeper).filter((i) => image[i] >= 0 && category[i] >= 0);
  const named = ids.filter((id) => !Number.isNaN(id)).length;
  return { order, repeated: named - new Set(ids.filter((id) => !Number.isNaN(id))).size };
}
