import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../base/bad-input';
import { inEnglish, type Words, words } from '../../base/words';
import { type DetectionsFile, decodeDetections, whyNotDetections } from '../../run/detections-file';
import { detectionsPath } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import type { RunState } from '../../run/state';
import type { Validation } from '../../run/validation';
import { viewRun } from '../runs/view-run';

/** What one checkpoint of a run detected on its val set. */
export type RunDetections = {
  readonly kind: 'boxes';
  readonly dir: string;
  readonly epoch: number;
  /** Whether this epoch was asked for; else it is the best that is kept. */
  readonly asked: boolean;
  /** Its own report. */
  readonly report: Validation | undefined;
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
  const known = state ?? (await readState(dir));
  const { best, validations } = known;
  const preferred = asked ?? (best && kept.includes(best.epoch) ? best.epoch : kept.at(-1));
  if (preferred === undefined || !kept.includes(preferred))
    throw absent(name, asked, kept.length > 0 ? kept : known);
  const file = await readDetections(path.join(dir, detectionsPath(preferred)), dir);
  const report = validations.get(preferred);
  return { kind: 'boxes', dir, epoch: preferred, asked: asked !== undefined, report, file };
}

async function readDetections(source: string, root: string): Promise<DetectionsFile> {
  const bytes = await readBytes(source, { most: MOST_BYTES.detections, root });
  const file = decodeDetections(bytes);
  if (file) return file;
  throw new BadInputError(words('{0}: {1}', source, whyNotDetections(bytes)));
}

function absent(name: string, epoch: number | undefined, kept: readonly number[] | RunState): Error {
  const which = epoch === undefined ? 'any epoch' : `epoch ${epoch}`;
  const more =
    'validations' in kept ? `: ${inEnglish(whyNoDetections(kept))}` : `; kept are ${kept.join(', ')}`;
  return new BadInputError(`${name}: no detections of ${which}${more}`);
}

/** Why a run has none, in one sentence. */
export function whyNoDetections({ validations, epochs }: RunState): Words {
  const all = [...validations.values()];
  if (all.length > 0)
    return all.every(({ engine }) => engine === 'ultralytics')
      ? words("Ultralytics' own val judged this run, and it keeps no detections: only its numbers are known.")
      : words(
          'The detections are not kept any more: those of the best, the last three and pinned checkpoints are.',
        );
  return epochs.some(({ metrics }) => metrics !== undefined)
    ? words('Its own program judged this run, and keeps no detections: only its numbers are known.')
    : words('No checkpoint of it is validated.');
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
