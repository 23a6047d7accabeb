import path from 'node:path';
import { escapeHtml } from '../../base/html';
import type { Translate } from '../../base/translate';
import type { PictureReader, SmallPicture } from '../../dataset/survey/image-reader';
import { labelOf, mistakesText, type ShownBox, shownBoxes } from '../../protocol/gallery-view';
import { isOwnRun } from '../../run/folder/signature';
import type { OneOfMany } from '../compare/compare-many';
import { listedFile, listValImages, type ValImages } from '../gallery/val-images';
import { keptDetections, type WorstImage, type WorstImages, worstImagesOf } from '../gallery/worst-images';

/** With curves, tables and configs a report of five runs stays below two megabytes. */
const MOST_CHARACTERS = 1_400_000;
const MOST_IMAGES = 40;
const IMAGES_OF_RUN = { most: 20, least: 2 } as const;
/** Pixels of the longer side. */
const SIDE = 320;
/** Of one side of one image: more cover it. */
const MOST_BOXES = 100;

export type ImagesRequest = {
  readonly runs: readonly OneOfMany[];
  readonly pictures: PictureReader;
  readonly t: Translate;
};

/** What the colours of boxes mean. */
export function imagesKey(t: Translate): string {
  const key = (kind: ShownBox['kind'], text: string): string =>
    `<span class="named"><span class="key ${kind}"></span>${escapeHtml(text)}</span>`;
  const names = [key('truth', t('true')), key('missed', t('missed')), key('hit', t('found'))];
  return `<p class="quiet legend">${names.join('')}${key('false', t('false alarm'))}</p>`;
}

/** For each run its worst images with truth and predictions side by side, as HTML; a sentence if there are none. */
export async function worstImagesHtml({ runs, pictures, t }: ImagesRequest): Promise<string[]> {
  const { most, least } = IMAGES_OF_RUN;
  const count = Math.max(least, Math.min(most, Math.floor(MOST_IMAGES / runs.length)));
  const room = MOST_CHARACTERS / runs.length;
  const html: string[] = [];
  for (const [i, run] of runs.entries()) html.push(await ofRun({ run, id: i, count, room }, pictures, t));
  return html;
}

type ImagesOfRun = {
  readonly run: OneOfMany;
  /** Of its pictures' names, among those of the page. */
  readonly id: number;
  readonly count: number;
  /** Characters that its images may take. */
  readonly room: number;
};

async function ofRun(request: ImagesOfRun, pictures: PictureReader, t: Translate): Promise<string> {
  const { run, count } = request;
  // Its dataset may be any folder of this user, and a report is passed on: a stranger's run decides nothing of what is in it.
  if (!(await isOwnRun(run.dir)))
    return quiet(t('This run was not started by you: no images of the dataset that it names are shown.'));
  const worst = await worstOf(run, count);
  if (!worst) return quiet(t('No detections of this run are kept.'));
  const listed = await listValImages(run.state);
  if (!listed || listed.files.size === 0) return quiet(t('The dataset of this run was not found.'));
  const figures = await figuresOf({ ...request, worst, listed }, pictures, t);
  const note = t(
    'Epoch {0}, boxes from confidence {1} on; left the truth, right the predictions. Those images first that cost most of mAP50-95.',
    worst.epoch,
    worst.confidence.toFixed(2),
  );
  const missing = worst.images.length - figures.length;
  const left =
    missing === 0
      ? ''
      : quiet(
          t(
            '{0} more are left out: their files are not there any more or have changed, or they do not fit.',
            missing,
          ),
        );
  return `${quiet(note)}${left}<div class="images">${figures.join('')}</div>`;
}

const quiet = (text: string): string => `<p class="quiet">${escapeHtml(text)}</p>`;

/** Of the checkpoint that the report is about; if its detections are gone, of the newest that has any. */
async function worstOf({ dir, state, reported }: OneOfMany, count: number): Promise<WorstImages | undefined> {
  const kept = [...(reported ? keptDetections(state, reported.epoch) : []), ...keptDetections(state)];
  return worstImagesOf({ dir, kept, from: 0, count });
}

type FiguresRequest = ImagesOfRun & { readonly worst: WorstImages; readonly listed: ValImages };

async function figuresOf(
  { id, room, worst, listed }: FiguresRequest,
  pictures: PictureReader,
  t: Translate,
): Promise<string[]> {
  const figures: string[] = [];
  let left = room;
  for (const image of worst.images) {
    const file = listedFile(listed, image.file);
    const picture = file === undefined ? undefined : await pictures.picture(file, SIDE);
    if (!picture || !isSame(picture, image)) continue;
    const shown = shownBoxes(image.boxes, { confidence: worst.confidence, hidden: new Set() });
    const figure = figureOf({ name: `w${id}-${figures.length}`, image, picture, shown }, t);
    if (figure.length > left) continue;
    left -= figure.length;
    figures.push(figure);
  }
  return figures;
}

/** Boxes are those of the file that was validated: another one of its name may show other things there. */
const isSame = ({ whole }: SmallPicture, { size }: WorstImage): boolean =>
  whole.width === size[0] && whole.height === size[1];

type Figure = {
  readonly name: string;
  readonly image: WorstImage;
  readonly picture: SmallPicture;
  readonly shown: readonly ShownBox[];
};

const GAP = 8;

/** The picture is in the file once, and drawn twice. */
function figureOf({ name, image, picture, shown }: Figure, t: Translate): string {
  const { width, height } = drawnSize(picture.small);
  const [truth, found] = [true, false].map((isTruth) =>
    shown.filter(({ box }) => (box.kind === 'truth') === isTruth),
  );
  const mistakes = mistakesText(shown, t);
  const data = Buffer.from(picture.jpeg).toString('base64');
  const caption = `${path.basename(image.file)}: ${mistakes}`;
  return `<figure><svg viewBox="0 0 ${2 * width + GAP} ${height}" role="img" aria-label="${escapeHtml(caption)}">
<image id="${name}" width="${width}" height="${height}" href="data:image/jpeg;base64,${data}"/><use href="#${name}" x="${width + GAP}"/>
${side(truth, { width, height }, 0)}${side(found, { width, height }, width + GAP)}</svg><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

/** Every picture is drawn alike large, so that labels are too. */
function drawnSize({ width, height }: SmallPicture['small']): SmallPicture['small'] {
  const scale = SIDE / Math.max(width, height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function side(shown: readonly ShownBox[], size: SmallPicture['small'], left: number): string {
  const drawn = shown.slice(0, MOST_BOXES).map((one) => frameOf(one, size));
  return `<g transform="translate(${left})">${drawn.join('')}</g>`;
}

const RIGHT_FROM = 0.6;
/** Height of a label in pixels of the picture. */
const TEXT = 10;

/** Within its picture, the other one being beside it; near the right border the label ends with its box. */
function frameOf({ box, kind }: ShownBox, { width, height }: SmallPicture['small']): string {
  const [left, right] = [box.box[0], box.box[0] + box.box[2]].map((x) => width * share(x));
  const [top, bottom] = [box.box[1], box.box[1] + box.box[3]].map((y) => height * share(y));
  const place = `x="${round(left)}" y="${round(top)}" width="${round(right - left)}" height="${round(bottom - top)}"`;
  const isRight = left > RIGHT_FROM * width;
  const anchor = isRight ? ' text-anchor="end"' : '';
  const at = `x="${round(isRight ? right : left)}" y="${round(Math.max(TEXT, top - 2))}"${anchor}`;
  return `<rect class="box ${kind}" ${place}/><text class="tag ${kind}" ${at}>${escapeHtml(labelOf(box))}</text>`;
}

const share = (value: number): number => Math.min(1, Math.max(0, value));
const round = (value: number): string => value.toFixed(1);
