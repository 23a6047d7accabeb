import type { Random } from '../../src/base/random';
import type { ScoredPair } from '../../src/domain/compare/replicates';
import { type Scored, ULTRALYTICS_AP } from '../../src/domain/evaluation/scored';

/**
 * Images, labels and two detectors of known quality, in the form that AP needs: class, score and, at each IoU threshold, right
 * or wrong. Scenes differ in ease, which both detectors feel (so their errors go together, as on real images); an image has
 * two kinds of objects, and classes are as unequal as in real sets.
 */
export type DetectorWorld = {
  readonly images: number;
  readonly classes: number;
  /** Images of one scene that follow each other, as frames of a video do; 1: each is its own. */
  readonly cluster: number;
  /** What the second detector is better by, in its own scale; 1 is about .15 of mAP. 0: both are equally good. */
  readonly gain: number;
};

/** IoU thresholds .5, .7 and .9 stand for the ten: what lies between goes with them, and costs three times as much. */
const THRESHOLDS = [0.5, 0.7, 0.9];
const LABELS = 2;
const CLUTTER = 1;

type Thing = { readonly class: number; readonly ease: number; readonly quirk: readonly number[] };
type Scene = { readonly things: readonly Thing[]; readonly clutter: readonly Thing[] };
type Found = { readonly score: number; readonly image: number; readonly hit: number };
type Columns = {
  readonly truth: number[][];
  readonly found: readonly Found[][][];
};

/** A val set of the world, judged for both detectors; groups are numbered as images if whole clusters are drawn. */
export function drawPair({ gain, ...world }: DetectorWorld, random: Random, isGrouped: boolean): ScoredPair {
  const [a, b] = drawDetectors({ ...world, gains: [0, gain] }, random, isGrouped);
  return { rule: ULTRALYTICS_AP, a, b };
}

/** The same with any number of detectors, each better by its gain. */
export type DetectorsWorld = Omit<DetectorWorld, 'gain'> & { readonly gains: readonly number[] };

export function drawDetectors(world: DetectorsWorld, random: Random, isGrouped: boolean): Scored[] {
  const { images, classes, cluster, gains } = world;
  const lists = <T>(): T[][] => Array.from({ length: classes }, () => []);
  const columns: Columns = { truth: lists(), found: gains.map(() => lists()) };
  const popularity = popularityOf(classes);
  let scene = drawScene(popularity, gains.length, random);
  for (let image = 0; image < images; image++) {
    if (image % cluster === 0) scene = drawScene(popularity, gains.length, random);
    detect(world, { scene, image: isGrouped ? Math.floor(image / cluster) : image }, columns, random);
  }
  const drawn = isGrouped ? Math.ceil(images / cluster) : images;
  return columns.found.map((found) => scoredOf(columns.truth, found, drawn));
}

/** The commonest class is (classes ^ .6) times as common as the rarest; the running sum. */
function popularityOf(classes: number): readonly number[] {
  let sum = 0;
  return Array.from({ length: classes }, (_, c) => {
    sum += (c + 1) ** -0.6;
    return sum;
  });
}

function drawClass(popularity: readonly number[], random: Random): number {
  const at = random.next() * popularity[popularity.length - 1];
  return popularity.findIndex((sum) => sum > at);
}

function drawScene(popularity: readonly number[], detectors: number, random: Random): Scene {
  const kinds = [drawClass(popularity, random), drawClass(popularity, random)];
  const ease = 0.8 * random.normal();
  const thing = (): Thing => ({
    class: kinds[random.below(2)],
    ease: ease + 0.8 * random.normal(),
    quirk: Array.from({ length: detectors }, () => 0.7 * random.normal()),
  });
  const things = Array.from({ length: 1 + poisson(LABELS, random) }, thing);
  return { things, clutter: Array.from({ length: poisson(CLUTTER, random) }, thing) };
}

type Frame = { readonly scene: Scene; readonly image: number };

/** Frames of one scene hold the same things, and are found alike but for a little. */
function detect(world: DetectorsWorld, frame: Frame, { truth, found }: Columns, random: Random): void {
  const add = (m: number, thing: Thing, one: Seen): void => {
    if (one) found[m][thing.class].push({ ...one, image: frame.image });
  };
  for (const thing of frame.scene.things) {
    truth[thing.class].push(frame.image);
    for (const m of world.gains.keys()) add(m, thing, findThing(thing, m, world, random));
  }
  for (const thing of frame.scene.clutter)
    for (const m of world.gains.keys()) add(m, thing, mistakeClutter(thing, m, world, random));
}

type Seen = Omit<Found, 'image'> | undefined;

function findThing(thing: Thing, m: number, world: DetectorsWorld, random: Random): Seen {
  const seen = skillOf(world, thing.class, m) + thing.ease + thing.quirk[m] + 0.3 * random.normal();
  if (seen < -1) return undefined;
  const hit = hitOf(logistic(0.8 + 0.9 * seen + 0.3 * random.normal()));
  return { hit, score: logistic(seen + 0.6 * random.normal()) };
}

function mistakeClutter(
  { class: kind, ease, quirk }: Thing,
  m: number,
  world: DetectorsWorld,
  random: Random,
): Seen {
  const seen = ease + quirk[m] - skillOf(world, kind, m) + 0.3 * random.normal();
  return seen > -1 ? { hit: 0, score: logistic(seen - 1) } : undefined;
}

/** Classes differ in difficulty, and what is gained differs from class to class. */
function skillOf({ classes, gains }: DetectorsWorld, kind: number, m: number): number {
  const place = (kind * 7 + 3) % classes;
  return 0.6 - 0.8 * (place / classes) + gains[m] * (0.5 + (kind % 3) / 2);
}

function hitOf(iou: number): number {
  return THRESHOLDS.reduce((bits, threshold, t) => (iou >= threshold ? bits | (1 << t) : bits), 0);
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Knuth's: the mean is small. */
function poisson(mean: number, random: Random): number {
  const end = Math.exp(-mean);
  let count = 0;
  for (let p = random.next(); p > end; p *= random.next()) count++;
  return count;
}

/** With loops: the arrays' own `from` takes a fifth of a simulation. */
function scoredOf(truth: readonly number[][], found: readonly Found[][], images: number): Scored {
  const ranked = found.map((ones) => ones.toSorted((x, y) => y.score - x.score));
  const start = startsOf(ranked);
  const count = start[start.length - 1];
  const columns = {
    image: new Uint32Array(count),
    scores: new Float64Array(count),
    hit: new Int32Array(count),
  };
  let at = 0;
  for (const ones of ranked)
    for (const one of ones) {
      columns.image[at] = one.image;
      columns.scores[at] = one.score;
      columns.hit[at++] = one.hit;
    }
  return {
    images,
    classes: truth.length,
    thresholds: THRESHOLDS.length,
    start,
    ...columns,
    ignored: new Int32Array(count),
    truthStart: startsOf(truth),
    truthImage: new Uint32Array(truth.flat()),
  };
}

function startsOf(lists: readonly (readonly unknown[])[]): Uint32Array {
  const starts = new Uint32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) starts[i + 1] = starts[i] + list.length;
  return starts;
}
