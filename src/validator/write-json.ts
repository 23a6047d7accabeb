import path from 'node:path';
import { COCO_CATEGORY_IDS } from '../domain/detection/coco-classes';
import { makeFolder } from '../run/folder/make-folder';
import { writeWhole } from '../run/folder/write-file';
import type { ValidationOutcome } from './report';
import { type ImageResult, toImage } from './val-set/collect';

/**
 * COCO results: x, y, width, height in pixels of the original image to 3 decimals, as Ultralytics writes them. An image
 * id is the file's number where its name is one, else its name; categories count from 1, or are COCO's own ids where the
 * split is COCO's.
 */
export async function writeCocoJson(
  file: string,
  { split, results, classes }: ValidationOutcome,
): Promise<void> {
  const coco =
    classes === COCO_CATEGORY_IDS.length && split.images.some((i) => /(val|test-dev)2017/.test(i.file));
  const category = (cls: number): number => (coco ? COCO_CATEGORY_IDS[cls] : cls + 1);
  const rows = results.flatMap((result) => rowsOf(result, split.images[result.index].file, category));
  await makeFolder(path.dirname(file));
  await writeWhole(file, `[${rows.map((row) => JSON.stringify(row)).join(',\n')}]\n`);
}

function rowsOf(result: ImageResult, file: string, category: (cls: number) => number) {
  const boxes = toImage(result.boxes, result, new Float32Array(result.boxes.length));
  const stem = path.basename(file, path.extname(file));
  const image_id = /^\d+$/.test(stem) ? Number(stem) : stem;
  return Array.from(result.scores, (score, i) => {
    const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4);
    return {
      image_id,
      file_name: path.basename(file),
      category_id: category(result.class[i]),
      bbox: [x1, y1, x2 - x1, y2 - y1].map((v) => Number(v.toFixed(3))),
      score: Number(score.toFixed(5)),
    };
  });
}
