import path from 'node:path';
import * as vscode from 'vscode';
import { loadDatasetYaml } from '../../dataset/load-yaml';
import { listSplit } from '../../dataset/sources';
import { type JudgedBox, type JudgedImage, worstImages } from '../../domain/display/worst-images';
import { experimentNow } from '../../engine/control/followed-experiment';
import type { LiveRun } from '../../engine/runs/live-run';
import type { Gallery, GalleryBox, GalleryImage } from '../../protocol/webview';
import type { DetectionsFile } from '../../run/detections-file';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import { isOwnRun } from '../../run/folder/signature';
import { readDetections } from './detections';

const PAGE_IMAGES = 24;
const SMALLEST_CONFIDENCE = 0.05;
const MIME: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.bmp': 'image/bmp',
  '.gif': 'image/gif',
};

/**
 * Val images with true and predicted boxes, those with most mistakes first. Images are sent as bytes, and only those
 * that the run's own val split lists: a file name in a run folder cannot be trusted.
 */
export async function galleryOf(run: LiveRun, epoch: number | undefined, from: number): Promise<Gallery> {
  const kept = await readDetections(run, epoch);
  if (!kept) return nothing(vscode.l10n.t('Boxes appear here after the first validation.'));
  // Its dataset may be any file of this user, or of a server, which learns who asks.
  if (!(await isOwnRun(run.dir)))
    return nothing(
      vscode.l10n.t(
        'This run was not started by you, and images are only read from a dataset that you trust. Validate a checkpoint to be asked.',
      ),
    );
  const listed = await listValImages(run);
  if (!listed) return nothing(vscode.l10n.t('The dataset of this run was not found.'));
  const confidence = Math.max(SMALLEST_CONFIDENCE, kept.validated.confidence || 0);
  const worst = worstImages(kept.file.truth, kept.file.detections, confidence);
  const page = worst.slice(from, from + PAGE_IMAGES);
  const images = await Promise.all(page.map((judged) => readImage(judged, kept.file, listed)));
  return {
    images: images.filter((image) => image !== undefined),
    total: worst.length,
    note: vscode.l10n.t(
      'Epoch {0}, boxes from confidence {1} on.',
      kept.validated.epoch,
      confidence.toFixed(2),
    ),
  };
}

const nothing = (note: string): Gallery => ({ images: [], total: 0, note });

type ListedImages = { readonly base: string; readonly files: ReadonlySet<string> };

async function listValImages({ state }: LiveRun): Promise<ListedImages | undefined> {
  const data = state.run && experimentNow(state.run, state.plan?.dataset).data;
  const dataset = data === undefined ? undefined : (await loadDatasetYaml(data)).dataset;
  if (data === undefined || !dataset) return undefined;
  const { files } = await listSplit(dataset, data, 'val');
  return { base: path.dirname(data), files: new Set(files.map((file) => path.resolve(file))) };
}

async function readImage(
  judged: JudgedImage,
  { header }: DetectionsFile,
  { base, files }: ListedImages,
): Promise<GalleryImage | undefined> {
  const name = header.files[judged.image];
  const file = path.resolve(base, name);
  const mime = MIME[path.extname(file).toLowerCase()];
  if (!files.has(file) || mime === undefined) return undefined;
  const bytes = await readBytes(file, { most: MOST_BYTES.image, links: 'follow' }).catch(() => undefined);
  if (!bytes) return undefined;
  const toShare = shareOf(header, judged.image);
  const boxes = judged.boxes.map((box) => galleryBox(box, header.classes, toShare));
  // A Buffer would become JSON on its way to the page; plain bytes travel as bytes.
  return { name: path.basename(name), bytes: new Uint8Array(bytes), mime, boxes, note: noteOf(judged) };
}

type ToShare = (box: JudgedBox['box']) => GalleryBox['box'];

/** From pixels of the original image to shares of it. */
function shareOf({ sizes }: DetectionsFile['header'], image: number): ToShare {
  const [width, height] = sizes.slice(2 * image, 2 * image + 2);
  return ([x1, y1, x2, y2]) => [x1 / width, y1 / height, (x2 - x1) / width, (y2 - y1) / height];
}

function galleryBox(judged: JudgedBox, classes: readonly string[], toShare: ToShare): GalleryBox {
  const name = classes[judged.class] ?? String(judged.class);
  const score = judged.score === undefined ? '' : ` ${judged.score.toFixed(2).replace(/^0/, '')}`;
  return { box: toShare(judged.box), label: name + score, kind: judged.kind };
}

function noteOf({ missed, falseAlarms }: JudgedImage): string {
  if (missed + falseAlarms === 0) return vscode.l10n.t('all found');
  const parts = [
    missed > 0 ? vscode.l10n.t('{0} missed', missed) : '',
    falseAlarms > 0 ? vscode.l10n.t('{0} false', falseAlarms) : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
