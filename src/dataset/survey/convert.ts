import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { mapPool } from '../../base/async';
import { parseJson } from '../../base/json';
import { labelPathOf } from '../../domain/dataset/image-path';
import type { Size } from '../../domain/detection/letterbox';
import { MOST_BYTES } from '../../run/folder/bounds';
import { makeFolder } from '../../run/folder/make-folder';
import { readText } from '../../run/folder/read-file';
import { cocoFilesNear, vocFileOf } from './foreign-labels';
import type { ImageReader } from './image-reader';

export type Converted =
  | {
      readonly kind: 'converted';
      readonly written: number;
      /** Images for which no annotation was found. */
      readonly without: number;
      readonly boxes: number;
    }
  /** Names that the dataset YAML does not have: nothing was written, as their boxes would have become background. */
  | { readonly kind: 'unknown names'; readonly names: readonly string[] };

const WIDTH = 8;

/**
 * Writes YOLO labels for images that have none, from Pascal VOC or COCO annotations found near them, in the place that
 * the trainer expects. An existing label file is never changed.
 */
export async function convertLabels(
  unlabelled: readonly string[],
  names: readonly string[],
  images: ImageReader,
): Promise<Converted> {
  const coco = await readCoco(unlabelled);
  const annotated = await mapPool(
    unlabelled,
    WIDTH,
    async (image) => (await vocBoxes(image)) ?? coco.get(path.basename(image)),
  );
  const named = new Set(annotated.flatMap((boxes) => boxes?.map(({ name }) => name) ?? []));
  const unknown = [...named].filter((name) => !names.includes(name)).sort();
  if (unknown.length > 0) return { kind: 'unknown names', names: unknown };
  const results = await mapPool(unlabelled, WIDTH, async (image, i) => {
    const boxes = annotated[i];
    const size = boxes && (await images.size(image));
    return size && write({ image, size, boxes, names });
  });
  const written = results.filter((count) => count !== undefined);
  const boxes = written.reduce((sum, count) => sum + count, 0);
  return { kind: 'converted', written: written.length, without: unlabelled.length - written.length, boxes };
}

type ConvertedImage = {
  readonly image: string;
  readonly size: Size;
  readonly boxes: readonly NamedBox[];
  readonly names: readonly string[];
};

/** Returns the number of boxes; undefined if labels were written meanwhile. */
async function write({ image, size, boxes, names }: ConvertedImage): Promise<number | undefined> {
  const rows = boxes.flatMap((box) => rowOf(box, size, names.indexOf(box.name)) ?? []);
  const file = labelPathOf(image);
  await makeFolder(path.dirname(file));
  const isNew = await writeFile(file, rows.map((row) => `${row}\n`).join(''), { flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
  return isNew ? rows.length : undefined;
}

/** Class and box, cut at the image; undefined if nothing is left of it. */
function rowOf(
  { left, top, right, bottom }: NamedBox,
  { width, height }: Size,
  cls: number,
): string | undefined {
  const [x1, x2] = [left, right].map((v) => clip(v / width));
  const [y1, y2] = [top, bottom].map((v) => clip(v / height));
  if (!(x2 > x1) || !(y2 > y1)) return undefined;
  const box = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
  return [cls, ...box.map((v) => Number(v.toFixed(6)))].join(' ');
}

const clip = (share: number): number => Math.min(1, Math.max(0, share));

async function vocBoxes(image: string): Promise<readonly NamedBox[] | undefined> {
  const file = await vocFileOf(image);
  return file === undefined
    ? undefined
    : parseVoc(await readText(file, { most: MOST_BYTES.labels, links: 'follow' }));
}

const zCoco = z.object({
  images: z.array(z.object({ id: z.number(), file_name: z.string() })),
  annotations: z.array(
    z.object({
      image_id: z.number(),
      category_id: z.number(),
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      iscrowd: z.union([z.number(), z.boolean()]).optional(),
    }),
  ),
  categories: z.array(z.object({ id: z.number(), name: z.string() })),
});

/** Boxes by the name of the image file, of every COCO file near these images that can be read whole. */
async function readCoco(images: readonly string[]): Promise<ReadonlyMap<string, readonly NamedBox[]>> {
  const folders = new Map(images.map((image) => [path.dirname(image), image]));
  const files = new Set((await Promise.all([...folders.values()].map(cocoFilesNear))).flat());
  const found = new Map<string, NamedBox[]>();
  for (const file of files) {
    const coco = zCoco.safeParse(parseJson(await readText(file, { most: MOST_BYTES.log, links: 'follow' })));
    if (coco.success) addCoco(coco.data, found);
  }
  return found;
}

function addCoco(
  { images, annotations, categories }: z.infer<typeof zCoco>,
  found: Map<string, NamedBox[]>,
): void {
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  const boxes = new Map<number, NamedBox[]>();
  for (const { id, file_name } of images) {
    const key = path.basename(file_name);
    if (found.has(key)) continue;
    const own: NamedBox[] = [];
    boxes.set(id, own);
    found.set(key, own);
  }
  for (const { image_id, category_id, bbox, iscrowd } of annotations) {
    if (iscrowd) continue;
    const [left, top, width, height] = bbox;
    const name = names.get(category_id) ?? String(category_id);
    boxes.get(image_id)?.push({ name, left, top, right: left + width, bottom: top + height });
  }
}

/** A box in pixels of its image, with the name of its class. */
type NamedBox = {
  readonly name: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

/**
 * Boxes of a Pascal VOC annotation. Only the content of <object> is read, and of its parts the outermost: VOC's own
 * <part> has a name and a box as well. Coordinates are read as edges, as labelling programs write them.
 */
function parseVoc(xml: string): NamedBox[] {
  return blocks(xml, 'object').flatMap((object) => {
    const own = withoutParts(object);
    const name = contentOf(own, 'name');
    const [box] = blocks(own, 'bndbox');
    if (name === undefined || box === undefined) return [];
    const [left, top, right, bottom] = ['xmin', 'ymin', 'xmax', 'ymax'].map((key) =>
      Number(contentOf(box, key)),
    );
    return [left, top, right, bottom].every(Number.isFinite) ? [{ name, left, top, right, bottom }] : [];
  });
}

function blocks(xml: string, tag: string): string[] {
  const found: string[] = [];
  const [open, close] = [`<${tag}>`, `</${tag}>`];
  for (let at = xml.indexOf(open); at >= 0; ) {
    const end = xml.indexOf(close, at);
    if (end < 0) return found;
    found.push(xml.slice(at + open.length, end));
    at = xml.indexOf(open, end);
  }
  return found;
}

function withoutParts(object: string): string {
  const [before, ...parts] = object.split('<part>');
  return before + parts.map((part) => part.slice(part.indexOf('</part>') + '</part>'.length)).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function contentOf(xml: string, tag: string): string | undefined {
  const [value] = blocks(xml, tag);
  return value?.trim().replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => ENTITIES[name]);
}
