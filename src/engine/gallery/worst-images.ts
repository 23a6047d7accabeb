import path from 'node:path';
import { type JudgedBox, judgeImage, worstOrder } from '../../domain/display/worst-images';
import type { ReportedAps } from '../../domain/evaluation/breakdown';
import { type ConfusedPair, confusionConfidence, visitConfusions } from '../../domain/evaluation/confusion';
import { UNNAMED_MATCHING } from '../../domain/evaluation/ultralytics/match';
import type { GalleryBox } from '../../protocol/webview';
import { type DetectionsFile, decodeDetections } from '../../run/detections-file';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import type { RunState } from '../../run/state';

/** Detections below it are noise that a model gives by the hundred; no slider goes lower. */
const SMALLEST_CONFIDENCE = 0.01;
const SMALLEST_SHOWN_AT_FIRST = 0.05;
/** Boxes of a kind that one image shows: Ultralytics keeps 300 detections, and no eye follows more labels. */
const MOST_BOXES = 1000;

/** A validated checkpoint whose detections may still be kept: older ones are cleaned up. */
export type KeptDetections = {
  readonly epoch: number;
  readonly det: string;
  readonly confidence: number;
  /** AP50 of its report. */
  readonly reported?: ReportedAps;
};

/** Plain data, so that a thread of its own can do it: half a million detections take half a second. */
export type WorstRequest = {
  readonly dir: string;
  /** In the order in which they are tried. */
  readonly kept: readonly KeptDetections[];
  readonly from: number;
  readonly count: number;
  /** Only images in which one was taken for the other. */
  readonly confused?: ConfusedPair | undefined;
};

export type WorstImage = {
  /** As the val set named it; a name in a run folder cannot be trusted. */
  readonly file: string;
  readonly size: readonly [number, number];
  /** Its share in all of the AP that is lost. */
  readonly lost: number;
  readonly boxes: readonly GalleryBox[];
};
export type WorstImages = {
  readonly epoch: number;
  /** From which detections are shown at first. */
  readonly confidence: number;
  readonly total: number;
  readonly images: readonly WorstImage[];
};

const reportedAps = ({ map50, perClass }: ReportedAps): ReportedAps => ({
  map50,
  perClass: perClass.map(({ class: index, ap50 }) => ({ class: index, ap50 })),
});

/** Of one epoch, or of all, the newest first. */
export function keptDetections({ validations }: RunState, epoch?: number): KeptDetections[] {
  const all = [...validations.values()].reverse();
  return all.flatMap(({ epoch: at, det, confidence, map50, perClass }) =>
    det !== undefined && (epoch === undefined || epoch === at)
      ? [{ epoch: at, det, confidence, reported: reportedAps({ map50, perClass }) }]
      : [],
  );
}

/** The first that can be read. An absent file is not an error. */
export async function readKept(
  dir: string,
  kept: readonly KeptDetections[],
): Promise<{ readonly file: DetectionsFile; readonly at: KeptDetections } | undefined> {
  for (const at of kept) {
    const source = path.join(dir, at.det);
    const bytes = await readBytes(source, { most: MOST_BYTES.detections, root: dir }).catch(() => undefined);
    const file = bytes && decodeDetections(bytes);
    if (file) return { file, at };
  }
  return undefined;
}

/** A part of a run's val images, those first that cost most of mAP50-95. Undefined if no detections are kept. */
export async function worstImagesOf({
  dir,
  kept,
  from,
  count,
  confused,
}: WorstRequest): Promise<WorstImages | undefined> {
  const read = await readKept(dir, kept);
  if (!read) return undefined;
  const { file, at } = read;
  const { truth, detections, header } = file;
  const worst = worstOrder(truth, detections, header.rule.matching ?? UNNAMED_MATCHING);
  const { shares } = worst;
  const isWanted = confused ? confusedImages(file, confused) : () => true;
  const order = worst.order.filter(isWanted);
  const part = order.slice(from, from + count);
  const labels = rowsOf(truth.image, part);
  const found = rowsOf(detections.image, part, (row) => detections.scores[row] >= SMALLEST_CONFIDENCE);
  const images = part.map((image): WorstImage => {
    const rows = { labels: labels.get(image) ?? [], found: found.get(image) ?? [] };
    const boxes = judgeImage(truth, detections, rows);
    return { ...placed(boxes, file, image), lost: shares[image] };
  });
  // A confusion is counted from its own confidence on.
  const counted = confused ? confusionConfidence(header.rule.conf) : at.confidence || 0;
  const confidence = Math.max(SMALLEST_SHOWN_AT_FIRST, counted);
  return { epoch: at.epoch, confidence, total: order.length, images };
}

/** Whether an image has such a confusion. */
function confusedImages({ truth, detections, header }: DetectionsFile, confused: ConfusedPair) {
  const images = new Set<number>();
  const { conf, matching = UNNAMED_MATCHING } = header.rule;
  const confidence = confusionConfidence(conf);
  visitConfusions({ groundTruth: truth, detections, confidence, matching }, (pair, image) => {
    if (pair.predicted === confused.predicted && pair.truth === confused.truth) images.add(image);
  });
  return (image: number): boolean => images.has(image);
}

/** The rows of these images alone, in their order. */
function rowsOf(
  column: Uint32Array,
  images: readonly number[],
  isWanted: (row: number) => boolean = () => true,
): ReadonlyMap<number, number[]> {
  const rows = new Map(images.map((image) => [image, [] as number[]]));
  column.forEach((image, row) => {
    const own = rows.get(image);
    if (own && isWanted(row)) own.push(row);
  });
  return rows;
}

type PlacedBoxes = Omit<WorstImage, 'lost'>;

/** From pixels of the original image to shares of it. */
function placed(judged: readonly JudgedBox[], { header }: DetectionsFile, image: number): PlacedBoxes {
  const [width, height] = header.sizes.slice(2 * image, 2 * image + 2);
  const labels = judged.filter(({ kind }) => kind === 'truth').slice(0, MOST_BOXES);
  const found = judged.filter(({ kind }) => kind !== 'truth').slice(0, MOST_BOXES);
  const boxes = [...labels, ...found].map(({ box: [x1, y1, x2, y2], class: index, ...one }): GalleryBox => {
    const box = [x1 / width, y1 / height, (x2 - x1) / width, (y2 - y1) / height] as const;
    return { ...one, box, name: header.classes[index] ?? String(index) };
  });
  return { file: header.files[image], size: [width, height], boxes };
}
