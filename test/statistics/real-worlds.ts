import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom, type Random } from '../../src/base/random';
import { concludeComparison, preparePair } from '../../src/domain/compare/compare';
import { bootstrapPair, pointEstimate } from '../../src/domain/compare/replicates';
import { type Scene, toColumns } from '../helpers/detection-sets';

/** Val sets drawn from 100 photos of VOC with what two real detectors found in them: the photos are all images there are. */
export type RealWorld = {
  readonly images: number;
  /** Each image's detections belong to either detector by a coin: there is no true difference. */
  readonly isExchanged: boolean;
};

const CLASSES = 20;
const REPLICATES = 200;
/** Detections of an image that count: what comes after them changes no AP by a hundredth, and takes most of the time. */
const MOST = 10;

type Row = { readonly image_id: number; readonly category_id: number; readonly bbox: readonly number[] };
type FoundRow = Row & { readonly score: number };

/** The photos; undefined if they are absent, as in a clone of the repository alone. */
export function realScenes(repository: string): Scene[] | undefined {
  const folder = path.resolve(repository, '../shared/data/voc100');
  if (!existsSync(folder)) return undefined;
  const read = (name: string) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  const truth: { images: { id: number }[]; annotations: Row[] } = read('annotations/val.coco.json');
  const a = grouped<FoundRow>(read('predictions_fastestdet.json'));
  const b = grouped<FoundRow>(read('predictions_yolov8n_int8.json'));
  const labels = grouped(truth.annotations);
  return truth.images.map(({ id }) => ({
    labels: (labels.get(id) ?? []).map(boxOf),
    a: best(a.get(id)),
    b: best(b.get(id)),
  }));
}

function grouped<T extends Row>(rows: readonly T[]): ReadonlyMap<number, T[]> {
  const images = new Map<number, T[]>();
  for (const row of rows) images.set(row.image_id, [...(images.get(row.image_id) ?? []), row]);
  return images;
}

const boxOf = ({ category_id, bbox: [x, y, w, h] }: Row) => ({
  class: category_id - 1,
  box: [x, y, x + w, y + h],
});

const best = (rows: readonly FoundRow[] = []): Scene['a'] =>
  rows
    .toSorted((x, y) => y.score - x.score)
    .slice(0, MOST)
    .map((row) => ({ ...boxOf(row), score: row.score }));

/** How often the 95 % limits hold the true difference of the classes that a val set has labels of. */
export function realCoverage(scenes: readonly Scene[], world: RealWorld, valSets: number): number {
  const gains = gainsOf(scenes, world);
  let held = 0;
  for (let i = 0; i < valSets; i++) {
    const random = createRandom(1 + i, 61);
    const drawn = Array.from({ length: world.images }, () => scenes[random.below(scenes.length)]);
    const pair = prepared(world.isExchanged ? drawn.map((scene) => exchanged(scene, random)) : drawn);
    const parts = [bootstrapPair(pair, { seed: i, from: 0, to: REPLICATES })];
    const { low, high } = concludeComparison(pair, parts, 0);
    const present = gains.filter((_, c) => pair.a.truthStart[c + 1] > pair.a.truthStart[c]);
    const truth = present.reduce((sum, gain) => sum + gain, 0) / present.length;
    held += Number(low <= truth && truth <= high);
  }
  return held / valSets;
}

function gainsOf(scenes: readonly Scene[], { isExchanged }: RealWorld): Float64Array {
  const { a, b } = pointEstimate(prepared(scenes));
  return b.map((ap, c) => (isExchanged || Number.isNaN(ap) ? 0 : ap - a[c]));
}

function prepared(scenes: readonly Scene[]) {
  const { groundTruth, a, b } = toColumns(scenes, CLASSES);
  return preparePair(groundTruth, a, b);
}

const exchanged = (scene: Scene, random: Random): Scene =>
  random.next() < 0.5 ? scene : { ...scene, a: scene.b, b: scene.a };

export function realTable(valSets: number, repository: string): string {
  const scenes = realScenes(repository);
  if (!scenes) throw new Error('../shared/data/voc100 is absent');
  const rows = [50, 100].map((images) => {
    const cells = [true, false].map((isExchanged) => realCoverage(scenes, { images, isExchanged }, valSets));
    return `| ${images} | ${cells.map((held) => held.toFixed(3)).join(' | ')} |`;
  });
  const title = `| images | no true difference | fastestdet and yolov8n |`;
  return [title, '|---|---|---|', ...rows, '', `${valSets} val sets a cell.`].join('\n');
}
