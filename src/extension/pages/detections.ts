import path from 'node:path';
import type { LiveRun } from '../../engine/runs/live-run';
import { type DetectionsFile, decodeDetections } from '../../run/detections-file';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import type { Validation } from '../../run/validation';

export type KeptDetections = { readonly file: DetectionsFile; readonly validated: Validation };

/** Detections of an epoch, or of the newest epoch whose file was kept. Undefined if there is none. */
export async function readDetections(
  { dir, state }: LiveRun,
  epoch: number | undefined,
): Promise<KeptDetections | undefined> {
  const all = [...state.validations.values()].reverse();
  for (const validated of all.filter((v) => epoch === undefined || v.epoch === epoch)) {
    const file = validated.det === undefined ? undefined : await tryRead(path.join(dir, validated.det), dir);
    if (file) return { file, validated };
  }
  return undefined;
}

/** The keeper removes older files: an absent one is not an error. */
async function tryRead(file: string, root: string): Promise<DetectionsFile | undefined> {
  const bytes = await readBytes(file, { most: MOST_BYTES.detections, root }).catch(() => undefined);
  return bytes && decodeDetections(bytes);
}
