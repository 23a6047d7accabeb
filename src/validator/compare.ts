import { readFile } from 'node:fs/promises';
import { compareDetections } from '../domain/compare/compare';
import type { CompareParams, CompareResult } from '../protocol/validator';
import { type DetectionsFile, decodeDetections } from '../run/detections-file';

/**
 * Replicates of the paired bootstrap: enough to tell P(better) .95 from noise (its standard error is then 1.3 %), few
 * enough to cost a fifth of a second beside training.
 */
const REPLICATES = 300;
/** Beyond this the bootstrap would hold up the next checkpoint; `pitwall compare` can still be asked. */
const MOST_DETECTIONS = 1_000_000;

/** Whether b is better than a, both being detections on the same val set; undefined where they cannot be compared. */
export async function compareFiles({ a, b }: CompareParams): Promise<CompareResult | undefined> {
  const [before, now] = [await read(a), await read(b)];
  if (!before || !now || before.header.fingerprint !== now.header.fingerprint) return undefined;
  if (before.detections.scores.length + now.detections.scores.length > MOST_DETECTIONS) return undefined;
  const options = { replicates: REPLICATES };
  const { map, low, high, probabilityBetter } = compareDetections(
    before.truth,
    before.detections,
    now.detections,
    options,
  );
  return { difference: map, low, high, probabilityBetter };
}

async function read(file: string): Promise<DetectionsFile | undefined> {
  return decodeDetections(await readFile(file));
}
