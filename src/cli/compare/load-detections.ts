import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type DetectionsFile, decodeDetections } from '../../run/detections-file';
import { detectionsPath } from '../../run/files';
import { badInput } from '../failure';
import type { CliIo } from '../io';
import { resolveRun } from '../run-reference';
import { readRunState } from '../validate/checkpoint';

/** What one checkpoint of a run detected on its val set. */
export type RunDetections = { readonly dir: string; readonly epoch: number; readonly file: DetectionsFile };

/** The detections of RUN[@epoch]; without an epoch those of the best checkpoint, else of the newest that has any. */
export async function loadRunDetections(io: CliIo, reference: string, runs: string): Promise<RunDetections> {
  const { dir, epoch: asked } = resolveRun(io, reference, runs);
  const kept = keptEpochs(dir);
  const best = (await readRunState(dir)).best?.epoch;
  const preferred = asked ?? (best !== undefined && kept.includes(best) ? best : kept.at(-1));
  if (preferred === undefined || !kept.includes(preferred)) throw absent(reference, asked, kept);
  const name = path.join(dir, detectionsPath(preferred));
  const file = decodeDetections(readFileSync(name));
  if (!file) throw badInput(`${name}: is no detections file of this version`);
  return { dir, epoch: preferred, file };
}

function absent(reference: string, epoch: number | undefined, kept: readonly number[]): Error {
  const which = epoch === undefined ? 'any epoch' : `epoch ${epoch}`;
  const has = kept.length > 0 ? `; kept are ${kept.join(', ')}` : '';
  return badInput(`${reference}: no detections of ${which}${has}`);
}

function keptEpochs(dir: string): number[] {
  const folder = path.dirname(path.join(dir, detectionsPath(1)));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const epochs = readdirSync(folder).map((name) =>
    Number(/^epoch-(\d+)\.det$/.exec(name)?.[1] ?? Number.NaN),
  );
  return epochs.filter((epoch) => !Number.isNaN(epoch)).sort((a, b) => a - b);
}
