import { createHash } from 'node:crypto';
import { WordedError } from '../base/worded-error';
import { type Words, words } from '../base/words';
import { compareRecords } from '../domain/compare/compare-records';
import { type DrawnRecord, drawRecord, drawsText } from '../domain/compare/draw-record';
import type { CompareParams, CompareResult, DrawParams, DrawResult, Draws } from '../protocol/validator';
import { type DetectionsFile, decodeDetections, whyNotDetections } from '../run/detections-file';
import { MOST_BYTES } from '../run/folder/bounds';
import { readBytes } from '../run/folder/read-file';

/**
 * Replicates of the paired bootstrap: enough to tell P(better) .95 from noise (its standard error is then 1.3 %), few
 * enough to cost a fifth of a second beside training.
 */
export const REPLICATES = 300;
/** Beyond this the bootstrap would delay the next checkpoint; `pitwall compare` still works. */
const MOST_DETECTIONS = 1_000_000;

const KEY_DIGITS = 16;
/** A hundredth of what three decimals show. */
const DECIMALS = 1e5;

/** mAP of a checkpoint on the draws that all checkpoints of its val set are judged on; or why it is not known. */
export async function drawFile({ det }: DrawParams): Promise<DrawResult> {
  const record = await read(det);
  const detections = record.detections.scores.length;
  if (detections > MOST_DETECTIONS) return { kind: 'refused', why: tooMany(detections) };
  return { kind: 'drawn', ...drawsOf(drawRecord(record, REPLICATES), drawsText(record, REPLICATES)) };
}

/** As they are kept; `text` says what the draws are of, and equal texts mean the same draws. */
export function drawsOf({ map, maps, units }: DrawnRecord, text: string): Draws {
  const key = createHash('sha256').update(text).digest('hex').slice(0, KEY_DIGITS);
  const rounded = Array.from(maps, (v) => Math.round(v * DECIMALS) / DECIMALS);
  return { key, units, map, maps: rounded };
}

/** Whether b is better than a, both being detections on the same val set; or why that is not known. */
export async function compareFiles({ a, b }: CompareParams): Promise<CompareResult> {
  const [before, now] = [await read(a), await read(b)];
  const detections = before.detections.scores.length + now.detections.scores.length;
  if (detections > MOST_DETECTIONS) return { kind: 'refused', why: tooMany(detections) };
  const result = compareRecords(before, now, { replicates: REPLICATES });
  if (result.kind === 'refused') return { kind: 'refused', why: result.why };
  const { map, low, high, probabilityBetter } = result.comparison;
  return { kind: 'compared', difference: map, low, high, probabilityBetter };
}

const tooMany = (detections: number): Words =>
  words('{0} detections would hold up the next checkpoint', detections);

async function read(file: string): Promise<DetectionsFile> {
  const bytes = await readBytes(file, { most: MOST_BYTES.detections });
  const found = decodeDetections(bytes);
  if (!found) throw new WordedError(words('{0}: {1}', file, whyNotDetections(bytes)));
  return found;
}
