import { createRandom } from '../../../src/base/random';
import { shapesOf } from '../../../src/protocol/picture-shapes';
import type { Gallery, GalleryBox, PrCurves } from '../../../src/protocol/webview';
import type { Picture, PictureShape } from '../../../src/run/pictures-file';
import type { RunState } from '../../../src/run/state';
import { CLASSES } from '../../helpers/synthetic-run';

export function prCurvesOf(state: RunState): PrCurves {
  if (state.validations.size === 0) return { epoch: undefined, curves: [] };
  const curves = CLASSES.map((name, c) => {
    const recall = Float64Array.from({ length: 101 }, (_, i) => i / 100);
    return {
      name,
      ap50: 0.93 - 0.04 * c,
      recall,
      precision: recall.map((r) => (1 - r ** (9 - c)) * (0.99 - 0.01 * c)),
    };
  });
  return { epoch: [...state.validations.keys()].at(-1), curves };
}

/** Small pictures drawn as SVG, with boxes of each kind, or what a task has in their place. */
export function galleryOf(task = 'detect'): Gallery {
  const random = createRandom(3);
  const images = Array.from({ length: 8 }, (_, i) => {
    const lines = Array.from({ length: 9 }, () => {
      const y = Math.round(random.between(0, 128));
      return `<path d="M0 ${y}H${Math.round(random.between(40, 90))}V${Math.round(random.between(0, 128))}H128" stroke="#c98b3a" stroke-width="5" fill="none"/>`;
    });
    const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"><rect width="128" height="128" fill="#12351f"/>${lines.join('')}</svg>`;
    const kinds: GalleryBox['kind'][] = ['truth', 'hit', 'missed', 'false'];
    const boxes = kinds.map((kind, k): GalleryBox => {
      const label =
        kind === 'missed' || kind === 'truth'
          ? CLASSES[k]
          : `${CLASSES[k]} .${Math.round(random.between(30, 95))}`;
      return { kind, label, box: [0.1 + 0.2 * k, random.between(0.15, 0.7), 0.13, 0.14] };
    });
    return {
      name: `val/${i}.png`,
      bytes: new TextEncoder().encode(picture),
      mime: 'image/svg+xml',
      boxes: task === 'detect' ? boxes : shapesOf(pictureOf(task, i), CLASSES),
      note: `${4 - (i % 4)} wrong`,
    };
  });
  return { images, total: 40, note: '' };
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
