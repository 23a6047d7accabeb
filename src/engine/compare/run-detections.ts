import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../base/bad-input';
import { type DetectionsFile, decodeDetections } from '../../run/detections-file';
import { detectionsPath } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import type { RunState } from '../../run/state';
import { viewRun } from '../runs/view-run';

/** What one checkpoint of a run detected on its val set. */
export type RunDetections = {
  readonly kind: 'boxes';
  readonly dir: string;
  readonly epoch: number;
  /** Whether this epoch was asked for; else it is the best that is kept. */
  readonly asked: boolean;
  /** mAP50-95 of its own report. */
  readonly reported: number | undefined;
  readonly file: DetectionsFile;
};

/**
 * The detections of a run's checkpoint; without an epoch those of the best, else of the newest that has any. Throws one
 * line that begins with `name`, the run as the user named it. `state` is read if it is not known.
 */
export async function loadRunDetections(
  name: string,
  dir: string,
  asked: number | undefined,
  state?: RunState,
): Promise<RunDetections> {
  const kept = await keptEpochs(dir);
  const { best, validations } = state ?? (await readState(dir));
  const preferred = asked ?? (best && kept.includes(best.epoch) ? best.epoch : kept.at(-1));
  if (preferred === undefined || !kept.includes(preferred)) throw absent(name, asked, kept);
  const source = path.join(dir, detectionsPath(preferred));
  const file = decodeDetections(await readBytes(source, { most: MOST_BYTES.detections, root: dir }));
  if (!file) throw new BadInputError(`${source}: is not a detections file that this version reads`);
  const reported = validations.get(preferred)?.map;
  return { kind: 'boxes', dir, epoch: preferred, asked: asked !== undefined, reported, file };
}

function absent(name: string, epoch: number | undefined, kept: readonly number[]): Error {
  const which = epoch === undefined ? 'any epoch' : `epoch ${epoch}`;
  const has = kept.length > 0 ? `; kept are ${kept.join(', ')}` : '';
  return new BadInputError(`${name}: no detections of ${which}${has}`);
}

/** Epochs of the detections files that are there, ascending. */
export async function keptEpochs(dir: string): Promise<number[]> {
  const folder = path.dirname(path.join(dir, detectionsPath(1)));
  const names = await readdir(folder).catch(() => [] as string[]);
  const epochs = names.map((name) => Number(/^epoch-(\d+)\.det$/.exec(name)?.[1] ?? Number.NaN));
  return epochs.filter((epoch) => !Number.isNaN(epoch)).sort((a, b) => a - b);
}

export async function readState(dir: string): Promise<RunState> {
  return (await viewRun(dir)).state;
}
