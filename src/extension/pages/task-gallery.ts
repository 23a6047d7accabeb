import path from 'node:path';
import * as vscode from 'vscode';
import type { LiveRun } from '../../engine/runs/live-run';
import { picturesPath } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readText } from '../../run/folder/read-file';
import { decodePictures, type Picture, type Pictures } from '../../run/pictures-file';

export type KeptPictures = { readonly kept: Pictures; readonly epoch: number };

/** What is to be seen of an epoch, or of the newest one of which anything was kept; undefined if nothing is. */
export async function readPictures(
  { dir, state }: LiveRun,
  epoch: number | undefined,
): Promise<KeptPictures | undefined> {
  const all = [...state.validations.values()].reverse().filter(({ task }) => task !== undefined);
  for (const one of all.filter((v) => epoch === undefined || v.epoch === epoch)) {
    const file = path.join(dir, picturesPath(one.epoch));
    const text = await readText(file, { most: MOST_BYTES.pictures, root: dir }).catch(() => undefined);
    const kept = text === undefined ? undefined : decodePictures(text);
    if (kept) return { kept, epoch: one.epoch };
  }
  return undefined;
}

/** A line under all of them: of which epoch, and from which confidence on. */
export function noteOfTask({ kept: { task, confidence }, epoch }: KeptPictures): string {
  const least = confidence.toFixed(2);
  if (task === 'classify') return vscode.l10n.t('Epoch {0}, the surest mistakes first.', epoch);
  if (task === 'segment') return vscode.l10n.t('Epoch {0}, masks from confidence {1} on.', epoch, least);
  if (task === 'pose') return vscode.l10n.t('Epoch {0}, poses from confidence {1} on.', epoch, least);
  if (task === 'obb') return vscode.l10n.t('Epoch {0}, oriented boxes from confidence {1} on.', epoch, least);
  return vscode.l10n.t('Epoch {0}, boxes from confidence {1} on.', epoch, least);
}

/** What is wrong with a classified image; undefined of other tasks, whose mistakes are counted. */
export function classNote({ truth, found }: Picture, { task, classes }: Pictures): string | undefined {
  if (task !== 'classify') return undefined;
  if (found.every(({ hit }) => hit)) return vscode.l10n.t('recognized');
  const index = truth[0]?.class ?? 0;
  return vscode.l10n.t('true: {0}', classes[index] ?? String(index));
}
