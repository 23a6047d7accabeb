import type { Picture, PictureShape } from '../run/pictures-file';
import type { GalleryBox } from './webview';

/** True ones below, found ones over them. */
export function shapesOf({ truth, found }: Picture, classes: readonly string[]): GalleryBox[] {
  const nameOf = (index: number): string => classes[index] ?? String(index);
  return [
    ...truth.map((shape): GalleryBox => {
      const kind = isMissed(shape, found) ? 'missed' : 'truth';
      return { ...drawn(shape), label: nameOf(shape.class), kind };
    }),
    ...found.map((one): GalleryBox => {
      const label = `${nameOf(one.class)} ${one.score.toFixed(2).replace(/^0/, '')}`;
      return { ...drawn(one), label, kind: one.hit ? 'hit' : 'false' };
    }),
  ];
}

/** Which label a hit belongs to is not kept: only if none of its class was found is it known to be missed. */
const isMissed = (shape: PictureShape, found: Picture['found']): boolean =>
  shape.box !== undefined && !found.some((one) => one.hit && one.class === shape.class);

function drawn({
  box,
  outlines,
  points,
}: PictureShape): Pick<GalleryBox, 'box' | 'outlines' | 'pose' | 'whole'> {
  return {
    box: box ?? [0, 0, 1, 1],
    ...(box === undefined && { whole: true }),
    ...(outlines && { outlines }),
    ...(points && { pose: { points, bones: bonesOf(points.length) } }),
  };
}

type Bone = readonly [number, number];

const HEAD: readonly Bone[] = [
  [0, 1],
  [0, 2],
  [1, 3],
  [2, 4],
  [3, 5],
  [4, 6],
];
const ARMS: readonly Bone[] = [
  [5, 6],
  [5, 7],
  [7, 9],
  [6, 8],
  [8, 10],
];
const BODY: readonly Bone[] = [
  [5, 11],
  [6, 12],
  [11, 12],
  [11, 13],
  [13, 15],
  [12, 14],
  [14, 16],
];
/** The points of COCO's persons: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles, each left before right. */
const PERSON = { points: 17, bones: [...HEAD, ...ARMS, ...BODY] };

/** Which points of a pose a line joins. Of other skeletons only the number of points is known: none are joined. */
const bonesOf = (points: number): readonly Bone[] => (points === PERSON.points ? PERSON.bones : []);
