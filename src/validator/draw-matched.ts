import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import * as z from 'zod';
import { mapPool } from '../base/async';
import { parseJson } from '../base/json';
import { WordedError } from '../base/worded-error';
import { words } from '../base/words';
import { loadDatasetYaml } from '../dataset/load-yaml';
import { drawScored } from '../domain/compare/draw-record';
import { DIGEST_LENGTH } from '../domain/compare/val-set';
import { labelPathOf } from '../domain/dataset/image-path';
import { scoreMatched } from '../domain/evaluation/ultralytics/match';
import type { DrawMatchedParams, DrawMatchedResult } from '../protocol/validator';
import { MOST_BYTES } from '../run/folder/bounds';
import { readBytes } from '../run/folder/read-file';
import { drawsOf, REPLICATES } from './compare-files';
import { judgedSetOf } from './val-set/judged-set';
import type { WarmState } from './warm';

const zMatched = z.object({
  classes: z.number().int().min(1),
  /** `truth`: the class of each label, of this image. */
  images: z.array(
    z.object({ file: z.string(), rows: z.number().int().min(0), truth: z.array(z.number().int()) }),
  ),
});
type MatchedImage = z.infer<typeof zMatched>['images'][number] & { readonly from: number };

/** Score, class, and the thresholds at which it is right, a bit each. */
const ROW = 3;
const NEWLINE = 10;
const LABELS = { most: MOST_BYTES.labels, links: 'follow' } as const;
const READ_WIDTH = 16;

/**
 * The task's mAP (of masks, poses, turned boxes) on each draw of the val set, from what Ultralytics' own val matched: own_val.py
 * writes a JSON line about the images, then float32 rows. Throws if the file is not whole.
 */
export async function drawMatched(
  { digests }: Pick<WarmState, 'digests'>,
  { data, recorded, judgedBy }: DrawMatchedParams,
): Promise<DrawMatchedResult> {
  const bytes = await readBytes(recorded, { most: MOST_BYTES.detections });
  const end = bytes.indexOf(NEWLINE);
  const { classes, images } = zMatched.parse(parseJson(bytes.subarray(0, end).toString('utf8')));
  const rows = rowsOf(
    bytes.subarray(end + 1),
    images.reduce((sum, image) => sum + image.rows, 0),
  );
  const datasetNames = (await loadDatasetYaml(data)).dataset?.names ?? [];
  const files = await mapPool(images, READ_WIDTH, ({ file }) => labelled(file));
  const found = placed(images).map((image, index) => ({ ...image, index }));
  const { fingerprint, results } = await judgedSetOf({ images: files, datasetNames }, found, digests);
  const scored = scoreMatched(truthOf(results, classes), matchedOf(results, rows));
  return {
    fingerprint,
    draws: drawsOf(drawScored(scored, REPLICATES), JSON.stringify([fingerprint, judgedBy, REPLICATES])),
  };
}

function rowsOf(body: Buffer, count: number): Float32Array {
  if (body.length !== count * ROW * 4)
    throw new WordedError(words('expected {0} rows of matches, {1} bytes follow', count, body.length));
  return Float32Array.from({ length: count * ROW }, (_, i) => body.readFloatLE(i * 4));
}

/** Where each image's rows begin. */
function placed(images: z.infer<typeof zMatched>['images']): MatchedImage[] {
  let from = 0;
  return images.map((image) => {
    const at = from;
    from += image.rows;
    return { ...image, from: at };
  });
}

async function labelled(file: string) {
  const [stats, labels] = [await stat(file), await readBytes(labelPathOf(file), LABELS).catch(() => '')];
  const digest = createHash('sha256').update(labels).digest('base64url').slice(0, DIGEST_LENGTH);
  return { file, stamp: `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`, labelDigest: digest };
}

function truthOf(images: readonly MatchedImage[], classes: number) {
  return {
    images: images.length,
    classes,
    class: Uint16Array.from(images.flatMap(({ truth }) => truth)),
    image: Uint32Array.from(images.flatMap(({ truth }, image) => truth.map(() => image))),
  };
}

function matchedOf(images: readonly MatchedImage[], rows: Float32Array) {
  const order = images.flatMap(({ from, rows: count }) => Array.from({ length: count }, (_, i) => from + i));
  const column = (k: number): number[] => order.map((row) => rows[row * ROW + k]);
  return {
    scores: Float32Array.from(column(0)),
    class: Uint16Array.from(column(1)),
    hit: Int32Array.from(column(2)),
    image: Uint32Array.from(images.flatMap(({ rows: count }, image) => Array<number>(count).fill(image))),
  };
}
