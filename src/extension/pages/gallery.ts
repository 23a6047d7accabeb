import { realpath } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { listClassImages } from '../../dataset/class-folders';
import { loadDatasetYaml } from '../../dataset/load-yaml';
import { listSplit } from '../../dataset/sources';
import { type JudgedBox, type JudgedImage, worstImages } from '../../domain/display/worst-images';
import { experimentNow } from '../../engine/control/follow-folder';
import type { LiveRun } from '../../engine/runs/live-run';
import { shapesOf } from '../../protocol/picture-shapes';
import type { Gallery, GalleryBox, GalleryImage } from '../../protocol/webview';
import { type DetectionsFile, decodeDetections } from '../../run/detections-file';
import { picturesPath } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes, readText } from '../../run/folder/read-file';
import { isOwnRun } from '../../run/folder/signature';
import { decodePictures, type Picture, type Pictures } from '../../run/pictures-file';
import type { Validation } from '../../run/validation';

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

/** An image that the page shows, before its bytes are read. */
type Shown = { readonly file: string; readonly boxes: readonly GalleryBox[]; readonly note: string };

/** All of them, most mistakes first. What is drawn of one is made when its page is asked for. */
type Exhibition = { readonly count: number; readonly at: (place: number) => Shown; readonly note: string };

/**
 * Val images with what is true and what was found, those with most mistakes first. Images are sent as bytes, and only those
 * that the run's own val split lists: a file name in a run folder cannot be trusted.
 */
export async function galleryOf(run: LiveRun, epoch: number | undefined, from: number): Promise<Gallery> {
  if (run.state.validations.size === 0) return nothing(whyNothing(run));
  // Its dataset may be any file of this user, or of a server, which learns who asks.
  if (!(await isOwnRun(run.dir)))
    return nothing(
      vscode.l10n.t(
        'This run was not started by you, and images are only read from a dataset that you trust. Validate a checkpoint to be asked.',
      ),
    );
  const exhibition = (await boxesOf(run, epoch)) ?? (await shapesIn(run, epoch));
  if (!exhibition) return nothing(whyNothing(run));
  const listed = await listValImages(run);
  if (!listed) return nothing(vscode.l10n.t('The dataset of this run was not found.'));
  const { count, at, note } = exhibition;
  const places = Array.from({ length: Math.min(PAGE_IMAGES, Math.max(0, count - from)) }, (_, i) => from + i);
  const images = await Promise.all(places.map((place) => readImage(at(place), listed)));
  return { images: images.filter((image) => image !== undefined), total: count, note };
}

const nothing = (note: string): Gallery => ({ images: [], total: 0, note });

function whyNothing({ state }: LiveRun): string {
  const isTask = [...state.validations.values()].some(({ task }) => task !== undefined);
  return isTask
    ? vscode.l10n.t(
        'There are no pictures of this run: an earlier Pitwall validated it, or its Ultralytics does not report what it found.',
      )
    : vscode.l10n.t('Images appear here after the first validation.');
}

async function boxesOf(run: LiveRun, epoch: number | undefined): Promise<Exhibition | undefined> {
  const kept = await readDetections(run, epoch);
  if (!kept) return undefined;
  const { file, validated } = kept;
  const confidence = Math.max(SMALLEST_CONFIDENCE, validated.confidence || 0);
  const worst = worstImages(file.truth, file.detections, confidence);
  return {
    count: worst.length,
    at: (place) => judgedImage(worst[place], file),
    note: vscode.l10n.t('Epoch {0}, boxes from confidence {1} on.', validated.epoch, confidence.toFixed(2)),
  };
}

function judgedImage(judged: JudgedImage, { header }: DetectionsFile): Shown {
  const toShare = shareOf(header, judged.image);
  return {
    file: header.files[judged.image],
    boxes: judged.boxes.map((box) => galleryBox(box, header.classes, toShare)),
    note: mistakes(judged.missed, judged.falseAlarms),
  };
}

async function shapesIn(run: LiveRun, epoch: number | undefined): Promise<Exhibition | undefined> {
  const found = await readPictures(run, epoch);
  if (!found) return undefined;
  const { kept } = found;
  return {
    count: kept.pictures.length,
    at: (place) => {
      const picture = kept.pictures[place];
      const note = classNote(picture, kept) ?? mistakes(picture.missed, picture.false);
      return { file: picture.file, boxes: shapesOf(picture, kept.classes), note };
    },
    note: noteOfTask(found),
  };
}

type ListedImages = { readonly base: string; readonly files: ReadonlySet<string> };

async function listValImages({ state }: LiveRun): Promise<ListedImages | undefined> {
  const data = state.run && experimentNow(state.run, state.plan?.dataset).data;
  if (data === undefined) return undefined;
  const { dataset } = await loadDatasetYaml(data);
  const listed = dataset ? await listSplit(dataset, data, 'val') : await listClasses(data);
  if (!listed) return undefined;
  const files = listed.files.map((file) => path.resolve(file));
  return { base: path.dirname(data), files: new Set([...files, ...(await withoutLinks(files))]) };
}

async function listClasses(folder: string): Promise<{ readonly files: readonly string[] } | undefined> {
  const images = (await listClassImages(folder, 'val'))?.images;
  return images && { files: images.map(({ file }) => file) };
}

/** Another library may follow the links on the way to a file before it names it. */
async function withoutLinks(files: readonly string[]): Promise<string[]> {
  const folders = [...new Set(files.map((file) => path.dirname(file)))];
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  const at = new Map(folders.map((folder, i) => [folder, real[i]]));
  return files.map((file) => path.join(at.get(path.dirname(file)) ?? '', path.basename(file)));
}

async function readImage(
  { file: name, boxes, note }: Shown,
  { base, files }: ListedImages,
): Promise<GalleryImage | undefined> {
  const file = path.resolve(base, name);
  const mime = MIME[path.extname(file).toLowerCase()];
  if (!files.has(file) || mime === undefined) return undefined;
  const bytes = await readBytes(file, { most: MOST_BYTES.image, links: 'follow' }).catch(() => undefined);
  // A Buffer would become JSON on its way to the page; plain bytes travel as bytes.
  return bytes && { name: path.basename(name), bytes: new Uint8Array(bytes), mime, boxes, note };
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

function mistakes(missed: number, falseAlarms: number): string {
  if (missed + falseAlarms === 0) return vscode.l10n.t('all found');
  const parts = [
    missed > 0 ? vscode.l10n.t('{0} missed', missed) : '',
    falseAlarms > 0 ? vscode.l10n.t('{0} false', falseAlarms) : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
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

type KeptDetections = { readonly file: DetectionsFile; readonly validated: Validation };

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
