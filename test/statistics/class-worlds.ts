import { createRandom, type Random } from '../../src/base/random';
import { concludeComparison } from '../../src/domain/compare/compare';
import { bootstrapPair, type ScoredPair } from '../../src/domain/compare/replicates';
import { type Scored, ULTRALYTICS_AP } from '../../src/domain/evaluation/scored';

/** Classes in images of their own, whose labels are all found or all missed: the least that an AP can be made of. */
export type ClassWorld = {
  readonly classes: number;
  /** Images of each class. */
  readonly images: number;
  /** Labels of each image. */
  readonly labels: number;
};

const REPLICATES = 200;
/** Share of images in which the labels are found, by two detectors that are equally good. */
const FOUND = 0.5;

/** Share of tables of equally good detectors that name any class. */
export function namingShare(world: ClassWorld, tables: number): number {
  let naming = 0;
  for (let i = 0; i < tables; i++) {
    const pair = drawPair(world, createRandom(1 + i, 91));
    const drawn = bootstrapPair(pair, { seed: i, from: 0, to: REPLICATES });
    const { perClass } = concludeComparison(pair, [drawn], 0);
    naming += Number(perClass.some(({ verdict }) => verdict !== 'neither'));
  }
  return naming / tables;
}

const drawPair = (world: ClassWorld, random: Random): ScoredPair => ({
  rule: ULTRALYTICS_AP,
  a: detect(world, random),
  b: detect(world, random),
});

function detect({ classes, images, labels }: ClassWorld, random: Random): Scored {
  const start = [0];
  const found: { image: number; score: number }[] = [];
  for (let image = 0; image < classes * images; image++) {
    if (random.next() < FOUND)
      for (let label = 0; label < labels; label++) found.push({ image, score: random.next() });
    if ((image + 1) % images === 0) start.push(found.length);
  }
  const ranked = start
    .slice(1)
    .flatMap((end, c) => found.slice(start[c], end).sort((x, y) => y.score - x.score));
  return {
    ...{ images: classes * images, classes, thresholds: 1, start: Uint32Array.from(start) },
    image: Uint32Array.from(ranked, (one) => one.image),
    scores: Float64Array.from(ranked, (one) => one.score),
    hit: new Int32Array(ranked.length).fill(1),
    ignored: new Int32Array(ranked.length),
    truthStart: Uint32Array.from({ length: classes + 1 }, (_, c) => c * images * labels),
    truthImage: Uint32Array.from({ length: classes * images * labels }, (_, i) => Math.floor(i / labels)),
  };
}

const WORLDS: readonly ClassWorld[] = [
  { classes: 20, images: 2, labels: 2 },
  { classes: 20, images: 5, labels: 2 },
  { classes: 8, images: 6, labels: 2 },
  { classes: 1, images: 6, labels: 2 },
  { classes: 20, images: 8, labels: 2 },
  { classes: 20, images: 20, labels: 1 },
  { classes: 8, images: 20, labels: 2 },
];

export function classTable(tables: number): string {
  const rows = WORLDS.map((world) => {
    const share = (100 * namingShare(world, tables)).toFixed(1);
    return `| ${world.classes} | ${world.images} | ${world.labels} | ${tables} | ${share} % |`;
  });
  const title = '| classes | images of each | labels of an image | tables | naming a class |';
  return [title, '|---|---|---|---|---|', ...rows].join('\n');
}
