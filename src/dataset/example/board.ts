import type { Random } from '../../base/random';
import { add, box, capsule, createMask, cut, disk, type Mask, type Point, SIZE } from './mask';

/** A straight piece of a copper track. */
export type Track = { readonly a: Point; readonly b: Point; readonly width: number };
export type Board = { readonly mask: Mask; readonly tracks: readonly Track[] };

/** Drawing state: shapes are given in a frame whose tracks run along x, and are turned into the picture's frame. */
type Drawing = { readonly mask: Mask; readonly tracks: Track[]; readonly turn: (p: Point) => Point };
type Jog = { readonly x1: number; readonly x2: number; readonly rise: number } | undefined;

const MARGIN = 16;
/** tan(22.5 degrees): by so much per pixel a parallel track turns a 45 degree corner earlier. */
const CORNER = Math.SQRT2 - 1;

/** Bundles of parallel tracks with 45 degree jogs, pads, vias and copper pours, as on an etched inner layer. */
export function drawBoard(random: Random): Board {
  const drawing: Drawing = { mask: createMask(), tracks: [], turn: createTurn(random) };
  const jog = createJog(random);
  let y = -MARGIN - random.between(0, 10) - Math.abs(jog?.rise ?? 0);
  while (y < SIZE + MARGIN + Math.abs(jog?.rise ?? 0)) y = drawBand(drawing, random, { y, jog });
  return { mask: drawing.mask, tracks: drawing.tracks };
}

/** Quarter turns, mirror and a slight misalignment of the camera. */
function createTurn(random: Random): (p: Point) => Point {
  const angle = (random.below(4) * Math.PI) / 2 + random.between(-0.035, 0.035);
  const mirror = random.below(2) === 0 ? 1 : -1;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return (p) => {
    const x = (p.x - SIZE / 2) * mirror;
    const y = p.y - SIZE / 2;
    return { x: SIZE / 2 + cos * x - sin * y, y: SIZE / 2 + sin * x + cos * y };
  };
}

function createJog(random: Random): Jog {
  if (random.next() < 0.55) return undefined;
  const rise = random.between(14, 40) * (random.next() < 0.5 ? 1 : -1);
  const x1 = random.between(20, 80);
  return { x1, x2: x1 + Math.abs(rise), rise };
}

/** One horizontal band of the board at y; returns where the next begins. */
function drawBand(drawing: Drawing, random: Random, at: { y: number; jog: Jog }): number {
  const kind = random.next();
  if (kind < 0.7) return drawBundle(drawing, random, at);
  if (kind < 0.85) return drawPour(drawing, random, at);
  return drawParts(drawing, random, at);
}

function drawBundle(drawing: Drawing, random: Random, { y, jog }: { y: number; jog: Jog }): number {
  const count = 2 + random.below(3);
  const gap = random.between(12, 15);
  let top = y;
  for (let i = 0; i < count; i++) {
    const width = random.next() < 0.3 ? random.between(13, 18) : random.between(8, 10);
    drawTrack(drawing, random, { y: top + width / 2, width, jog });
    top += width + gap;
  }
  return top + random.between(0, 5);
}

type TrackPlan = { readonly y: number; readonly width: number; readonly jog: Jog };

function drawTrack(drawing: Drawing, random: Random, plan: TrackPlan): void {
  const line = polyline(plan);
  // Some tracks end at a pad inside the image: an end that is not a defect.
  const ends = random.next() < 0.15;
  const points = ends ? cutShort(line, random) : line;
  for (let i = 1; i < points.length; i++) {
    const track = { a: drawing.turn(points[i - 1]), b: drawing.turn(points[i]), width: plan.width };
    add(drawing.mask, capsule(track.a, track.b, track.width / 2));
    drawing.tracks.push(track);
  }
  if (ends)
    drawVia(drawing, points[points.length - 1], {
      pad: plan.width / 2 + random.between(3, 4),
      hole: random.between(2.6, 3.2),
    });
}

function polyline({ y, jog }: TrackPlan): Point[] {
  const ends = { left: { x: -MARGIN * 2, y }, right: { x: SIZE + MARGIN * 2, y: y + (jog?.rise ?? 0) } };
  if (!jog) return [ends.left, ends.right];
  const shift = y * CORNER * -Math.sign(jog.rise);
  return [ends.left, { x: jog.x1 + shift, y }, { x: jog.x2 + shift, y: y + jog.rise }, ends.right];
}

function cutShort(line: readonly Point[], random: Random): Point[] {
  const last = line[line.length - 1];
  const before = line[line.length - 2];
  const x = random.between(Math.max(before.x + 6, 16), SIZE - 12);
  return x < before.x + 6 ? [...line] : [...line.slice(0, -1), { x, y: last.y }];
}

function drawVia(drawing: Drawing, at: Point, radius: { pad: number; hole: number }): void {
  const center = drawing.turn(at);
  add(drawing.mask, disk(center, radius.pad));
  cut(drawing.mask, disk(center, radius.hole));
}

/** A wide copper area with a clear border on both sides. */
function drawPour(drawing: Drawing, random: Random, { y, jog }: { y: number; jog: Jog }): number {
  const width = random.between(22, 34);
  const gap = random.between(12, 15);
  const line = polyline({ y: y + width / 2, width, jog });
  for (let i = 1; i < line.length; i++) {
    const track = { a: drawing.turn(line[i - 1]), b: drawing.turn(line[i]), width };
    add(drawing.mask, capsule(track.a, track.b, width / 2));
    drawing.tracks.push(track);
  }
  return y + width + gap;
}

/** A free band with a row of vias or of rectangular pads, or empty. */
function drawParts(drawing: Drawing, random: Random, { y, jog }: { y: number; jog: Jog }): number {
  const height = random.between(20, 32);
  const kind = random.below(3);
  const pitch = random.between(28, 38);
  for (let x = random.between(0, pitch); kind < 2 && x < SIZE; x += pitch) {
    const at = { x, y: y + height / 2 + riseAt(jog, x, y) };
    if (isOnSlope(jog, x, y)) continue;
    if (kind === 0) drawVia(drawing, at, { pad: random.between(7, 8.5), hole: random.between(2.6, 3.2) });
    else drawPad(drawing, at, { along: pitch * 0.27, across: height * 0.36 });
  }
  return y + height + random.between(8, 10);
}

function drawPad(drawing: Drawing, at: Point, half: { along: number; across: number }): void {
  const center = drawing.turn(at);
  const right = drawing.turn({ x: at.x + 1, y: at.y });
  add(drawing.mask, box(center, { x: right.x - center.x, y: right.y - center.y }, half));
}

const riseAt = (jog: Jog, x: number, y: number): number =>
  jog && x > jog.x1 - y * CORNER * Math.sign(jog.rise) ? jog.rise : 0;

function isOnSlope(jog: Jog, x: number, y: number): boolean {
  if (!jog) return false;
  const shift = y * CORNER * -Math.sign(jog.rise);
  return x > jog.x1 + shift - 20 && x < jog.x2 + shift + 20;
}
