import type { SvgColours } from '../schedule/svg-frame';
import type { RangePoint, RangeResult } from './types';

export type RangePicture = { readonly width: number; readonly height: number; readonly colours: SvgColours };

const ENGLISH = { lr: 'learning rate', loss: 'loss' } as const;

/** What can be drawn while a test runs: no result yet. */
export type RangeDrawing = {
  readonly points: readonly RangePoint[];
  readonly result: RangeResult | undefined;
  /** Span of the LR axis; that of the points if absent. */
  readonly span?: { readonly from: number; readonly to: number };
  /** Titles of the axes. */
  readonly words?: { readonly lr: string; readonly loss: string };
};

const MARGIN = { left: 56, right: 16, top: 24, bottom: 36 };

/**
 * Loss against LR, raw and smoothed; the area from the rise of the loss on is shaded, the suggested LR is marked. The
 * LR axis is logarithmic.
 */
export function rangeSvg(drawing: RangeDrawing, picture: RangePicture): string {
  const { width, height, colours } = picture;
  const scales = scalesOf(drawing, width, height);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="11">`,
    colours.background === undefined ? '' : `<rect width="100%" height="100%" fill="${colours.background}"/>`,
    ...shade(drawing, scales, colours),
    ...axes(scales, picture, drawing.words ?? ENGLISH),
    ...curves(drawing, scales, colours),
    ...mark(drawing, scales, colours),
    '</svg>',
  ].join('');
}

type RangeScales = ReturnType<typeof scalesOf>;

function scalesOf({ points, result, span }: RangeDrawing, width: number, height: number) {
  const ends = span ?? { from: points[0]?.lr ?? 1e-5, to: points.at(-1)?.lr ?? 1 };
  const [from, to] = [Math.log10(ends.from), Math.log10(ends.to)];
  const [low, high] = lossSpan(result ? beforeItBlewUp(result) : points);
  const edges = {
    left: MARGIN.left,
    right: width - MARGIN.right,
    top: MARGIN.top,
    bottom: height - MARGIN.bottom,
  };
  const round = (v: number): number => Math.round(v * 10) / 10;
  const x = (lr: number): number =>
    round(edges.left + ((Math.log10(lr) - from) / (to - from || 1)) * (edges.right - edges.left));
  const y = (loss: number): number =>
    round(edges.bottom - ((Math.min(loss, high) - low) / (high - low || 1)) * (edges.bottom - edges.top));
  const first = Math.ceil(from - 1e-9);
  const count = Math.max(0, Math.floor(to + 1e-9) - first + 1);
  const decades = Array.from({ length: count }, (_, i) => 10 ** (first + i));
  return { x, y, edges, decades, losses: low < high ? [low, (low + high) / 2, high] : [] };
}

/** A loss of thousands would flatten everything else into one line. */
function beforeItBlewUp({ curve, diverged = Number.POSITIVE_INFINITY }: RangeResult): readonly RangePoint[] {
  return curve.filter(({ lr }) => lr <= diverged);
}

function lossSpan(points: readonly RangePoint[]): readonly [low: number, high: number] {
  const losses = points.map(({ loss }) => loss).filter(Number.isFinite);
  return losses.length === 0 ? [0, 0] : [Math.min(...losses), Math.max(...losses)];
}

/** The area in which training gets worse. */
function shade(
  { result }: RangeDrawing,
  { x, edges }: RangeScales,
  { mark: colour }: SvgColours,
): readonly string[] {
  const from = result?.rises ?? result?.diverged;
  if (from === undefined) return [];
  const left = x(from);
  return [
    `<rect x="${left}" y="${edges.top}" width="${Math.max(0, edges.right - left)}" height="${edges.bottom - edges.top}" fill="${colour}" fill-opacity=".12"/>`,
  ];
}

function axes(
  { x, y, edges, decades, losses }: RangeScales,
  { width, height, colours }: RangePicture,
  words: { readonly lr: string; readonly loss: string },
): readonly string[] {
  const line = (d: string): string => `<path d="${d}" stroke="${colours.grid}" fill="none"/>`;
  return [
    ...decades.map((lr) => line(`M${x(lr)} ${edges.bottom}v4`)),
    ...decades.map((lr) => label([x(lr), edges.bottom + 16], lr.toExponential(0), colours.muted)),
    ...losses.map((loss) => line(`M${edges.left} ${y(loss)}H${edges.right}`)),
    ...losses.map((loss) => label([edges.left - 6, y(loss) + 4], loss.toPrecision(3), colours.muted, 'end')),
    label([width / 2, height - 4], words.lr, colours.muted),
    label([MARGIN.left - 6, 12], words.loss, colours.muted, 'end'),
  ];
}

function curves(
  { points, result }: RangeDrawing,
  { x, y }: RangeScales,
  colours: SvgColours,
): readonly string[] {
  const path = (of: readonly RangePoint[]): string =>
    of
      .filter(({ loss }) => Number.isFinite(loss))
      .map((p, i) => `${i === 0 ? 'M' : 'L'}${x(p.lr)} ${y(p.loss)}`)
      .join('');
  const line = (of: readonly RangePoint[], style: string): string =>
    `<path d="${path(of)}" fill="none" ${style}/>`;
  return [
    line(points, `stroke="${colours.muted}" stroke-opacity=".5"`),
    ...(result ? [line(result.curve, `stroke="${colours.accent}" stroke-width="2"`)] : []),
  ];
}

function mark(
  { result }: RangeDrawing,
  { x, edges }: RangeScales,
  { mark: colour }: SvgColours,
): readonly string[] {
  if (result === undefined) return [];
  const at = x(result.suggested);
  const [low, high] = result.between;
  if (!result.sure)
    return [
      `<rect x="${x(low)}" y="${edges.top}" width="${x(high) - x(low)}" height="${edges.bottom - edges.top}" fill="none" stroke="${colour}" stroke-dasharray="4 3"/>`,
      label([(x(low) + x(high)) / 2, edges.top - 8], `lr0 ${low} – ${high}`, colour),
    ];
  return [
    `<path d="M${at} ${edges.top}V${edges.bottom}" stroke="${colour}" stroke-dasharray="4 3" fill="none"/>`,
    label([at, edges.top - 8], `lr0 ${result.suggested}`, colour),
  ];
}

type Anchor = 'middle' | 'end';

function label(
  at: readonly [x: number, y: number],
  text: string,
  colour: string,
  anchor: Anchor = 'middle',
): string {
  return `<text x="${at[0]}" y="${at[1]}" fill="${colour}" text-anchor="${anchor}">${text}</text>`;
}
