import { createRandom, type Random } from '../../../src/base/random';
import { breakDown } from '../../../src/domain/evaluation/breakdown';
import { shapesOf } from '../../../src/protocol/picture-shapes';
import type { BreakdownView, Gallery, GalleryBox, GalleryImage } from '../../../src/protocol/webview';
import type { Picture, PictureShape } from '../../../src/run/pictures-file';
import type { RunState } from '../../../src/run/state';
import { CLASSES } from '../../helpers/synthetic-run';

/** What a fair detector found of so many classes, of which some are taken for their neighbours. */
export function breakdownView(state: RunState, names: readonly string[] = CLASSES): BreakdownView {
  const epoch = [...state.validations.keys()].at(-1);
  if (epoch === undefined) return { note: 'There are no confusions before the first validation.' };
  const { truth: labels, found } = judgedRows(names.length);
  const truth = { images: 15 * names.length, classes: names.length, ...columnsOf(labels) };
  const detections = { ...columnsOf(found), scores: Float32Array.from(found, ({ score }) => score) };
  const breakdown = breakDown(truth, detections, { names, conf: 0.001, matching: 'greedy' });
  return { epoch, epochs: [epoch, epoch - 1].filter((one) => one > 0), breakdown };
}

/** Four labels an image; of each a detection that may be of the next class, and some false alarms. */
function judgedRows(classes: number) {
  const random = createRandom(7);
  const truth = Array.from({ length: 60 * classes }, (_, i): Row => {
    const [x, y, side] = [random.between(0, 500), random.between(0, 500), random.between(8, 90)];
    return { c: i % classes, image: i >> 2, box: [x, y, x + side, y + side] };
  });
  const seen = truth.filter(() => random.next() > 0.08);
  const found = seen.map(({ c, image, box }) => {
    const isConfused = c < 24 && random.next() < 0.02 * (1 + (c % 5));
    const off = random.between(-2, 2);
    const moved = box.map((v) => v + off);
    return { c: isConfused ? (c + 1) % classes : c, image, box: moved, score: random.between(0.2, 0.98) };
  });
  const wrong = seen
    .filter(() => random.next() < 0.1)
    .map(({ c, image }) => ({ c, image, box: [5, 5, 30, 30], score: random.between(0.05, 0.6) }));
  return { truth, found: [...found, ...wrong] };
}

type Row = { c: number; image: number; box: number[] };

const columnsOf = (rows: readonly Row[]) => ({
  boxes: Float32Array.from(rows.flatMap(({ box }) => box)),
  class: Uint16Array.from(rows, ({ c }) => c),
  image: Uint32Array.from(rows, ({ image }) => image),
});

const TOTAL = 40;
const PART = 8;

/** A part of small pictures drawn as SVG, with boxes of each kind, or what a task has in their place. */
export function galleryOf(task = 'detect', from = 0): Gallery {
  const images = Array.from({ length: Math.min(PART, TOTAL - from) }, (_, i) => imageAt(task, from + i));
  return { images, total: TOTAL, note: '', confidence: 0.25, epoch: 21 };
}

/** Places at which something is wrong with an image. */
export const ODD = { markup: 2, missing: 5, resized: 6 } as const;

function imageAt(task: string, place: number): GalleryImage {
  const random = createRandom(place + 3);
  const picture = { bytes: new TextEncoder().encode(drawing(random)), mime: 'image/svg+xml' };
  const isDetect = task === 'detect';
  return {
    name: place === ODD.markup ? '<img src=x onerror="document.title=1">.png' : `${place}.png`,
    picture: place === ODD.missing ? { problem: 'the file cannot be read' } : picture,
    boxes: isDetect ? boxesOf(random) : shapesOf(pictureOf(task, place), CLASSES),
    ...(isDetect && { lost: 0.09 / (place + 1), size: place === ODD.resized ? [640, 480] : [128, 128] }),
  };
}

function drawing(random: Random): string {
  const lines = Array.from({ length: 9 }, () => {
    const y = Math.round(random.between(0, 128));
    return `<path d="M0 ${y}H${Math.round(random.between(40, 90))}V${Math.round(random.between(0, 128))}H128" stroke="#c98b3a" stroke-width="5" fill="none"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"><rect width="128" height="128" fill="#12351f"/>${lines.join('')}</svg>`;
}

/** A label that is found from .6 down, one that never is, and two false alarms: one is sure, one is not. */
function boxesOf(random: Random): GalleryBox[] {
  const at = (k: number) => [0.1 + 0.2 * k, random.between(0.15, 0.7), 0.13, 0.14] as const;
  const found = at(0);
  return [
    { kind: 'truth', name: CLASSES[0], box: found, foundAt: 0.6 },
    { kind: 'truth', name: CLASSES[2], box: at(2) },
    { kind: 'hit', name: CLASSES[0], box: [found[0] + 0.01, found[1] - 0.01, 0.13, 0.15], score: 0.6 },
    { kind: 'false', name: CLASSES[1], box: at(1), score: 0.9 },
    { kind: 'false', name: CLASSES[3], box: at(3), score: 0.1 },
  ];
}

/** A true and a found shape, a little off, and one that is not there. */
function pictureOf(task: string, i: number): Picture {
  const shape = (left: number, top: number) => {
    const box: PictureShape['box'] = [left, top, 0.3, 0.4];
    const at = (x: number, y: number): [number, number] => [left + 0.3 * x, top + 0.4 * y];
    if (task === 'classify') return {};
    if (task === 'obb')
      return { box, outlines: [[...at(0.3, 0), ...at(1, 0.4), ...at(0.7, 1), ...at(0, 0.6)]] };
    if (task === 'pose')
      return { box, points: JOINTS.map(([x, y]): Joint => [...at(x, y), Number(x !== 0.9)]) };
    const round = Array.from({ length: 20 }, (_, k) => (k * Math.PI) / 10);
    return { box, outlines: [round.flatMap((a) => at(0.5 + 0.5 * Math.cos(a), 0.5 + 0.45 * Math.sin(a)))] };
  };
  const truth = [{ class: 0, ...shape(0.1, 0.3) }];
  const found = { class: i % 2, score: 0.87, hit: i % 2 === 0, ...shape(0.12, 0.28) };
  const wrong = { class: 2, score: 0.41, hit: false, ...shape(0.6, 0.2) };
  return { file: '', missed: 1, false: 1, truth, found: task === 'classify' ? [found] : [found, wrong] };
}

type Joint = [number, number, number];
/** A person that waves. */
const JOINTS: readonly (readonly [number, number])[] = [
  ...([
    [0.5, 0.1],
    [0.45, 0.07],
    [0.55, 0.07],
    [0.4, 0.1],
    [0.6, 0.1],
  ] as const),
  ...([
    [0.35, 0.28],
    [0.65, 0.28],
    [0.2, 0.4],
    [0.8, 0.2],
    [0.15, 0.55],
    [0.9, 0.05],
  ] as const),
  ...([
    [0.4, 0.58],
    [0.6, 0.58],
    [0.38, 0.78],
    [0.62, 0.78],
    [0.37, 0.98],
    [0.63, 0.98],
  ] as const),
];
