import type { Random } from '../../base/random';
import type { Board, Track } from './board';
import {
  add,
  type Bounds,
  box,
  capsule,
  cut,
  difference,
  disk,
  type Mask,
  type Point,
  range,
  type Shape,
  SIZE,
  sample,
  union,
} from './mask';

/** Class names in the order of their numbers. */
export const DEFECTS = ['open', 'short', 'mouse_bite', 'spur', 'pin_hole', 'spurious_copper'] as const;
export type Defect = { readonly class: number; readonly bounds: Bounds };
/** The change that a defect makes to the copper; undefined if it does not fit there. */
type CopperChange = { readonly shape: Shape; readonly effect: 'add' | 'cut' } | undefined;
type Site = { readonly at: Point; readonly along: Point; readonly across: Point; readonly half: number };

const CREATE: readonly ((mask: Mask, site: Site, random: Random) => CopperChange)[] = [
  open,
  short,
  mouseBite,
  spur,
  pinHole,
  spuriousCopper,
];
const COPPER = 0.9;
const BARE = 0.1;
const TRIES = 60;
/** A label frames the defect with this much of its surroundings, as inspectors draw it. */
const LABEL_MARGIN = 3;
const SHORTEST_SIDE = 12;

/** Puts up to `count` defects of random classes on the board, in `board.mask`. */
export function addDefects(board: Board, count: number, random: Random): Defect[] {
  const defects: Defect[] = [];
  for (let i = 0; i < count; i++) {
    const defect = placeDefect(board, defects, random);
    if (defect) defects.push(defect);
  }
  return defects;
}

function placeDefect(board: Board, others: readonly Defect[], random: Random): Defect | undefined {
  const kind = random.below(DEFECTS.length);
  for (let i = 0; i < TRIES; i++) {
    const site = pickSite(board.tracks, random);
    const change = isInside(site.at) ? CREATE[kind](board.mask, site, random) : undefined;
    const after = change && apply(board.mask, change);
    const bounds = after && labelOf(board.mask, after);
    if (!after || !bounds || others.some((o) => overlaps(o.bounds, bounds))) continue;
    board.mask.set(after);
    return { class: kind, bounds };
  }
  return undefined;
}

function pickSite(tracks: readonly Track[], random: Random): Site {
  const { a, b, width } = tracks[random.below(tracks.length)];
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const t = random.next();
  const side = random.below(2) === 0 ? 1 : -1;
  const along = { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
  return {
    at: { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) },
    along,
    across: { x: -along.y * side, y: along.x * side },
    half: width / 2,
  };
}

function open(mask: Mask, site: Site, random: Random): CopperChange {
  const half = random.between(3.6, 6);
  const beside = [1, -1].map((s) => go(site.at, site.across, s * (site.half + 2)));
  const ends = [1, -1].map((s) => go(site.at, site.along, s * (half + 4)));
  if (site.half > 7 || !beside.every((p) => isBare(mask, p)) || !ends.every((p) => isCopper(mask, p)))
    return undefined;
  const reach = site.half + 1.5;
  // Two slightly turned cuts give the ragged ends of an etching fault.
  const cuts = [0, 1].map(() => {
    const turn = random.between(-0.3, 0.3);
    const direction = rotate(site.along, turn);
    return box(go(site.at, site.along, random.between(-0.8, 0.8)), direction, { along: half, across: reach });
  });
  return { shape: union(cuts), effect: 'cut' };
}

function short(mask: Mask, site: Site, random: Random): CopperChange {
  const edge = go(site.at, site.across, site.half);
  const gap = firstCopper(mask, edge, site.across);
  if (gap === undefined || !isCopper(mask, site.at)) return undefined;
  const width = random.between(3, 5);
  const slant = random.between(-3, 3);
  const middle = go(go(edge, site.across, gap / 2), site.along, slant);
  const far = go(edge, site.across, gap + 1.5);
  const near = go(edge, site.across, -1.5);
  return {
    shape: union([capsule(near, middle, width), capsule(middle, far, width * random.between(0.7, 1.2))]),
    effect: 'add',
  };
}

function mouseBite(mask: Mask, site: Site, random: Random): CopperChange {
  const depth = random.between(4.2, Math.min(7.5, Math.max(4.6, site.half * 1.25)));
  const edge = go(site.at, site.across, site.half);
  const outside = go(edge, site.across, 2.5);
  const rest = go(edge, site.across, -depth - 1.2);
  if (!isBare(mask, outside) || !isCopper(mask, rest) || !isCopper(mask, site.at)) return undefined;
  const bites = Array.from({ length: 2 + random.below(2) }, () =>
    disk(
      go(go(edge, site.along, random.between(-3.5, 3.5)), site.across, random.between(0, 0.8)),
      depth * random.between(0.75, 1),
    ),
  );
  return { shape: union(bites), effect: 'cut' };
}

function spur(mask: Mask, site: Site, random: Random): CopperChange {
  const length = random.between(6.5, 9);
  const edge = go(site.at, site.across, site.half);
  const tip = go(go(edge, site.across, length), site.along, random.between(-3, 3));
  const clear = range(mask, go(tip, site.across, 1.2), 2.4);
  if (clear.high > BARE || !isCopper(mask, site.at) || !isBare(mask, go(edge, site.across, 2)))
    return undefined;
  const root = go(edge, site.across, -1);
  const middle = { x: (root.x + tip.x) / 2, y: (root.y + tip.y) / 2 };
  return {
    shape: union([capsule(root, middle, random.between(3, 4)), capsule(middle, tip, random.between(2, 2.8))]),
    effect: 'add',
  };
}

function pinHole(mask: Mask, site: Site, random: Random): CopperChange {
  const radius = random.between(2.8, 4.8);
  const at = go(site.at, site.across, random.between(-1, 1) * Math.max(0, site.half - radius - 1.8));
  if (range(mask, at, radius + 1.4).low < COPPER) return undefined;
  const second = go(at, rotate(site.along, random.between(0, 6.28)), random.between(0.2, 0.9));
  return { shape: union([disk(at, radius), disk(second, radius * 0.7)]), effect: 'cut' };
}

function spuriousCopper(mask: Mask, site: Site, random: Random): CopperChange {
  const radius = random.between(3.6, 6.5);
  const at = go(site.at, site.across, site.half + radius + random.between(2, 12));
  if (!isInside(at) || range(mask, at, radius + 2).high > BARE) return undefined;
  const blobs = Array.from({ length: 3 }, () =>
    disk(
      go(at, rotate(site.along, random.between(0, 6.28)), radius * random.between(0.1, 0.5)),
      radius * random.between(0.5, 0.8),
    ),
  );
  return { shape: union(blobs), effect: 'add' };
}

function apply(mask: Mask, change: NonNullable<CopperChange>): Mask {
  const after = mask.slice();
  if (change.effect === 'add') add(after, change.shape);
  else cut(after, change.shape);
  return after;
}

/** The bounds of what changed, never thinner than the shortest side; undefined if they would leave the image. */
function labelOf(before: Mask, after: Mask): Bounds | undefined {
  const found = difference(before, after);
  if (!found) return undefined;
  const [x1, x2] = widen(found.x1, found.x2);
  const [y1, y2] = widen(found.y1, found.y2);
  return Math.min(x1, y1) < 0 || Math.max(x2, y2) > SIZE ? undefined : { x1, y1, x2, y2 };
}

function widen(low: number, high: number): [number, number] {
  const half = Math.max((high - low) / 2 + LABEL_MARGIN, SHORTEST_SIDE / 2);
  const middle = (low + high) / 2;
  return [middle - half, middle + half];
}

const overlaps = (a: Bounds, b: Bounds): boolean =>
  a.x1 < b.x2 + 1 && b.x1 < a.x2 + 1 && a.y1 < b.y2 + 1 && b.y1 < a.y2 + 1;

const isInside = (p: Point): boolean => p.x > 7 && p.y > 7 && p.x < SIZE - 7 && p.y < SIZE - 7;
const isCopper = (mask: Mask, p: Point): boolean => sample(mask, p) > COPPER;
const isBare = (mask: Mask, p: Point): boolean => sample(mask, p) < BARE;
const go = (from: Point, direction: Point, distance: number): Point => ({
  x: from.x + direction.x * distance,
  y: from.y + direction.y * distance,
});

function rotate(p: Point, angle: number): Point {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return { x: cos * p.x - sin * p.y, y: sin * p.x + cos * p.y };
}

/** Distance from a track's edge to the next copper, if that is near enough for a short. */
function firstCopper(mask: Mask, edge: Point, across: Point): number | undefined {
  if (!isBare(mask, go(edge, across, 2))) return undefined;
  for (let d = 3; d < 18; d += 0.5) {
    const p = go(edge, across, d);
    if (!isInside(p)) return undefined;
    if (isCopper(mask, p)) return d;
  }
  return undefined;
}
