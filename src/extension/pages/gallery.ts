import path from 'node:path';
import * as vscode from 'vscode';
import type { ConfusedPair } from '../../domain/evaluation/confusion';
import { listedFile, listValImages, type ValImages } from '../../engine/gallery/val-images';
import { keptDetections, type WorstImages } from '../../engine/gallery/worst-images';
import type { LiveRun } from '../../engine/runs/live-run';
import { runInWorker } from '../../engine/runs/worker-task';
import { shapesOf } from '../../protocol/picture-shapes';
import type { Gallery, GalleryImage } from '../../protocol/webview';
import { picturesPath } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes, readText } from '../../run/folder/read-file';
import { isOwnRun } from '../../run/folder/signature';
import { decodePictures, type Picture, type Pictures } from '../../run/pictures-file';

const PAGE_IMAGES = 24;
const MIME: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.bmp': 'image/bmp',
  '.gif': 'image/gif',
};

/** An image that the page shows, before its bytes are read. */
type Shown = Omit<GalleryImage, 'name' | 'picture'> & { readonly file: string };

/** The part of them that the page shows. */
type ShownPart = Omit<Gallery, 'images'> & { readonly shown: readonly Shown[] };

/** Which images are asked for: of an epoch or of the newest, from a place on, all or those with one confusion. */
export type GalleryWish = {
  readonly epoch: number | undefined;
  readonly from: number;
  readonly confused?: ConfusedPair | undefined;
};

/**
 * Val images with what is true and what was found, those first that cost most. Images are sent as bytes, and only those that
 * the run's own val split lists: a file name in a run folder cannot be trusted. `installDir`: the folder of the bundles.
 */
export async function galleryOf(installDir: string, run: LiveRun, wish: GalleryWish): Promise<Gallery> {
  if (run.state.validations.size === 0) return nothing(whyNothing(run));
  // Its dataset may be any file of this user, or of a server, which learns who asks.
  if (!(await isOwnRun(run.dir)))
    return nothing(
      vscode.l10n.t(
        'This run was not started by you, and images are only read from a dataset that you trust. Validate a checkpoint to be asked.',
      ),
    );
  const part = (await boxesOf(installDir, run, wish)) ?? (await shapesIn(run, wish));
  if (!part) return nothing(whyNothing(run));
  const listed = await listValImages(run.state);
  if (!listed) return nothing(vscode.l10n.t('The dataset of this run was not found.'));
  const { shown, ...rest } = part;
  return { ...rest, images: await Promise.all(shown.map((one) => readImage(one, listed))) };
}

const nothing = (note: string): Gallery => ({ images: [], total: 0, note, confidence: 0 });

function whyNothing({ state }: LiveRun): string {
  const isTask = [...state.validations.values()].some(({ task }) => task !== undefined);
  return isTask
    ? vscode.l10n.t(
        'There are no pictures of this run: an earlier Pitwall validated it, or its Ultralytics does not report what it found.',
      )
    : vscode.l10n.t('Images appear here after the first validation.');
}

/** Judged in a thread of its own: a large val set takes longer than the editor may wait. */
async function boxesOf(
  installDir: string,
  { dir, state }: LiveRun,
  { epoch, from, confused }: GalleryWish,
): Promise<ShownPart | undefined> {
  const kept = keptDetections(state, epoch);
  if (kept.length === 0) return undefined;
  const request = { dir, kept, from, count: PAGE_IMAGES, confused };
  const worst = (await runInWorker(installDir, { kind: 'worst', request })) as WorstImages | undefined;
  if (!worst) return undefined;
  const note = vscode.l10n.t(
    'Epoch {0}, boxes from confidence {1} on; those images first that cost most of mAP50-95.',
    worst.epoch,
    worst.confidence.toFixed(2),
  );
  const { images: shown, total, confidence } = worst;
  return { shown, total, note, confidence, epoch: worst.epoch };
}

async function shapesIn(run: LiveRun, { epoch, from }: GalleryWish): Promise<ShownPart | undefined> {
  const found = await readPictures(run, epoch);
  if (!found) return undefined;
  const { kept } = found;
  const shown = kept.pictures.slice(from, from + PAGE_IMAGES).map((picture): Shown => {
    const note = classNote(picture, kept);
    return {
      file: picture.file,
      boxes: shapesOf(picture, kept.classes),
      ...(note !== undefined && { note }),
    };
  });
  const total = kept.pictures.length;
  return { shown, total, note: noteOfTask(found), confidence: kept.confidence, epoch: found.epoch };
}

async function readImage({ file: name, ...shown }: Shown, listed: ValImages): Promise<GalleryImage> {
  const base = { ...shown, name: path.basename(name) };
  const file = listedFile(listed, name);
  if (file === undefined)
    return { ...base, picture: { problem: vscode.l10n.t('no longer one of the val images of the dataset') } };
  const mime = MIME[path.extname(file).toLowerCase()];
  if (mime === undefined)
    return { ...base, picture: { problem: vscode.l10n.t('a format that cannot be shown here') } };
  const bytes = await readBytes(file, { most: MOST_BYTES.image, links: 'follow' }).catch(() => undefined);
  if (!bytes) return { ...base, picture: { problem: vscode.l10n.t('the file cannot be read') } };
  // A Buffer would become JSON on its way to the page; plain bytes travel as bytes.
  return { ...base, picture: { bytes: new Uint8Array(bytes), mime } };
}

type KeptPictures = { readonly kept: Pictures; readonly epoch: number };

/** What is to be seen of an epoch, or of the newest one of which anything was kept; undefined if nothing is. */
async function readPictures(
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
function noteOfTask({ kept: { task, confidence }, epoch }: KeptPictures): string {
  const least = confidence.toFixed(2);
  if (task === 'classify') return vscode.l10n.t('Epoch {0}, the surest mistakes first.', epoch);
  if (task === 'segment') return vscode.l10n.t('Epoch {0}, masks from confidence {1} on.', epoch, least);
  if (task === 'pose') return vscode.l10n.t('Epoch {0}, poses from confidence {1} on.', epoch, least);
  if (task === 'obb') return vscode.l10n.t('Epoch {0}, oriented boxes from confidence {1} on.', epoch, least);
  return vscode.l10n.t('Epoch {0}, boxes from confidence {1} on.', epoch, least);
}

/** What is wrong with a classified image; undefined of other tasks, whose mistakes are counted. */
function classNote({ truth, found }: Picture, { task, classes }: Pictures): string | undefined {
  if (task !== 'classify') return undefined;
  if (found.every(({ hit }) => hit)) return vscode.l10n.t('recognized');
  const index = truth[0]?.class ?? 0;
  return vscode.l10n.t('true: {0}', classes[index] ?? String(index));
}
