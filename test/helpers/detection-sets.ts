import { createRandom, type Random } from '../../src/base/random';
import type { Detections, GroundTruth } from '../../src/domain/evaluation/types';

/** One image with its labels and what two detectors found; boxes x1, y1, x2, y2. */
export type Scene = { labels: Box[]; a: Found[]; b: Found[] };
type Box = { class: number; box: number[] };
type Found = Box & { score: number };

/** Random images; detector b's boxes are off by `worse` times as much as a's, its misses and false alarms its own. */
export function makeScenes(count: number, classes: number, worse: number, seed: number): Scene[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => makeScene(random, classes, worse));
}

function makeScene(random: Random, classes: number, worse: number): Scene {
  const labels = Array.from({ length: random.below(5) }, () => ({
    class: Math.min(random.below(classes), random.below(classes)),
    box: makeBox(random),
  }));
  // What makes an object hard is common to both detectors: pairing removes it from the difference.
  const hardness = labels.map(() => random.next());
  const detect = (off: number): Found[] => [
    ...labels.flatMap((label, i) =>
      random.next() < 0.9 - 0.4 * hardness[i] ? [find(label, off, hardness[i], random)] : [],
    ),
    ...Array.from({ length: random.below(3) }, () => ({
      class: random.below(classes),
      box: makeBox(random),
      score: random.between(0.01, 0.6),
    })),
  ];
  return { labels, a: detect(0.05), b: detect(0.05 * worse) };
}

function makeBox(random: Random): number[] {
  const [x, y] = [random.between(0, 500), random.between(0, 500)];
  return [x, y, x + random.between(20, 120), y + random.between(20, 120)];
}

function find(label: Box, off: number, hardness: number, random: Random): Found {
  const [x1, y1, x2, y2] = label.box;
  const spread = off * (0.5 + hardness);
  const [w, h] = [x2 - x1, y2 - y1];
  const dx = random.normal() * spread * w;
  const dy = random.normal() * spread * h;
  const score = Math.min(0.99, Math.max(0.02, 0.9 - 0.5 * hardness + 0.15 * random.normal()));
  return { class: label.class, box: [x1 + dx, y1 + dy, x2 + dx, y2 + dy], score };
}

export function toColumns(
  scenes: readonly Scene[],
  classes: number,
): { groundTruth: GroundTruth; a: Detections; b: Detections } {
  const labels = columns(scenes.map((scene) => scene.labels));
  return {
    groundTruth: { images: scenes.length, classes, ...labels },
    a: { ...columns(scenes.map((scene) => scene.a)), scores: scoresOf(scenes.map((scene) => scene.a)) },
    b: { ...columns(scenes.map((scene) => scene.b)), scores: scoresOf(scenes.map((scene) => scene.b)) },
  };
}

const byScore = (found: readonly Found[]): Found[] => [...found].sort((x, y) => y.score - x.score);

function scoresOf(images: readonly (readonly Found[])[]): Float32Array {
  return Float32Array.from(images.flatMap((found) => byScore(found).map(({ score }) => score)));
}

function columns(images: readonly (readonly (Box | Found)[])[]): Omit<GroundTruth, 'images' | 'classes'> {
  const sorted = images.map((boxes) =>
    boxes.some((box) => 'score' in box) ? byScore(boxes as Found[]) : boxes,
  );
  return {
    boxes: Float32Array.from(sorted.flatMap((boxes) => boxes.flatMap(({ box }) => box))),
    class: Uint16Array.from(sorted.flatMap((boxes) => boxes.map((box) => box.class))),
    image: Uint32Array.from(sorted.flatMap((boxes, image) => boxes.map(() => image))),
  };
}
