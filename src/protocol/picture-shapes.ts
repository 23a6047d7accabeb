import type { Picture, PictureShape } from '../run/pictures-file';
import type { GalleryBox } from './webview';

/** True ones below, found ones over them. */
export function shapesOf({ truth, found }: Picture, classes: readonly string[]): GalleryBox[] {
  const nameOf = (index: number): string => classes[index] ?? String(index);
  return [
    ...truth.map((shape): GalleryBox => {
      const foundAt = foundFrom(shape, found);
      const name = nameOf(shape.class);
      return { ...drawn(shape), name, kind: 'truth', ...(foundAt !== undefined && { foundAt }) };
    }),
    ...found.map((one): GalleryBox => {
      const { score, hit } = one;
      return { ...drawn(one), name: nameOf(one.class), kind: hit ? 'hit' : 'false', score };
    }),
  ];
}

/** Which label a hit belongs to is not kept: the best of its class counts for each. An image as a whole is never missed. */
function foundFrom(shape: PictureShape, found: Picture['found']): number | undefined {
  if (shape.box === undefined) return 1;
  const scores = found.filter((one) => one.hit && one.class === shape.class).map(({ score }) => score);
  return scores.length > 0 ? Math.max(...scores) : undefined;
}

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
