import { realpath } from 'node:fs/promises';
import * as z from 'zod';
import { parseJson } from '../../base/json';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import type { DatasetImage } from '../../dataset/split';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import type { ImageResult } from './collect';

const zPair = z.tuple([z.number(), z.number()]);
const zRecorded = z.object({
  images: z.array(
    z.object({
      file: z.string(),
      /** Width and height of the original, and of the input that it is in. */
      size: zPair,
      input: zPair,
      scale: zPair,
      offset: zPair,
      rows: z.number().int().min(0),
    }),
  ),
});
type RecordedImage = z.infer<typeof zRecorded>['images'][number];

/** x1, y1, x2, y2, score, class. */
const ROW = 6;
const NEWLINE = 10;

export type Recorded = {
  readonly results: readonly ImageResult[];
  /** Images that the dataset does not list; their boxes are left out. */
  readonly unknown: readonly string[];
};

/**
 * The detections of another program (pitwall_ultralytics/own_val.py): a JSON line about the images, then float32 rows.
 * Throws if the file is not whole.
 */
export async function readRecorded(file: string, images: readonly DatasetImage[]): Promise<Recorded> {
  const bytes = await readBytes(file, { most: MOST_BYTES.detections });
  const end = bytes.indexOf(NEWLINE);
  const { images: recorded } = zRecorded.parse(parseJson(bytes.subarray(0, end).toString('utf8')));
  const total = recorded.reduce((sum, { rows }) => sum + rows, 0);
  const body = bytes.subarray(end + 1);
  if (body.length !== total * ROW * 4)
    throw new WordedError(
      words('{0}: expected {1} rows of detections, {2} bytes follow', file, total, body.length),
    );
  const rows = new Float32Array(total * ROW);
  for (let i = 0; i < rows.length; i++) rows[i] = body.readFloatLE(i * 4);
  return place(recorded, rows, await indexOf(images));
}

type IndexOf = (file: string) => Promise<number | undefined>;

/** By path as listed; a dataset behind a symbolic link by its real path. */
async function indexOf(images: readonly DatasetImage[]): Promise<IndexOf> {
  const listed = new Map(images.map(({ file }, index) => [file, index]));
  let real: Map<string, number> | undefined;
  const realOf = (file: string): Promise<string> => realpath(file).catch(() => file);
  return async (file) => {
    const index = listed.get(file);
    if (index !== undefined) return index;
    real ??= new Map(
      await Promise.all(images.map(async (image, i) => [await realOf(image.file), i] as const)),
    );
    return real.get(await realOf(file));
  };
}

async function place(
  recorded: readonly RecordedImage[],
  rows: Float32Array,
  find: IndexOf,
): Promise<Recorded> {
  const results: ImageResult[] = [];
  const unknown: string[] = [];
  let at = 0;
  for (const image of recorded) {
    const own = rows.subarray(at * ROW, (at + image.rows) * ROW);
    at += image.rows;
    const index = await find(image.file);
    if (index === undefined) unknown.push(image.file);
    else results.push(resultOf(image, index, own));
  }
  return { results: results.sort((a, b) => a.index - b.index), unknown };
}

function resultOf(
  { size, input, scale, offset }: RecordedImage,
  index: number,
  rows: Float32Array,
): ImageResult {
  const count = rows.length / ROW;
  const column = (k: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => rows[i * ROW + k]);
  const [width, height] = [size[0] * scale[0], size[1] * scale[1]];
  return {
    index,
    size: { width: size[0], height: size[1] },
    placement: {
      width,
      height,
      left: offset[0],
      top: offset[1],
      input: { width: input[0], height: input[1] },
      loaded: { width, height },
      scaleX: scale[0],
      scaleY: scale[1],
    },
    boxes: Float32Array.from({ length: count * 4 }, (_, i) => rows[Math.floor(i / 4) * ROW + (i % 4)]),
    scores: column(4),
    class: Uint16Array.from(column(5)),
  };
}
