import type { SvgColours } from '../schedule/svg-frame';
import type { RangePoint, RangeResult } from './suggest';

export type RangePicture = { readonly width: number; readonly height: number; readonly colours: SvgColours };

const MARGIN = { left: 56, right: 16, top: 24, bottom: 36 };

/** Loss against LR, both as they came and smoothed, with the suggested LR marked; the LR axis is logarithmic. */
export function rangeSvg(points: readonly RangePoint[], result: RangeResult, picture: RangePicture): string {
  const { width, height, colours } = picture;
  const { x, y, decades, losses } = scales(points, result, picture);
  const path = (of: readonly RangePoint[]): string =>
    of
      .filter(({ loss }) => Number.isFinite(loss))
      .map((p, i) => `${i === 0 ? 'M' : 'L'}${x(p.lr)} ${y(p.loss)}`)
      .join('');
  const mark = x(result.suggested);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    colours.background === undefined ? '' : `<rect width="100%" height="100%" fill="${colours.background}"/>`,
    ...decades.map((lr) => label([x(lr), height - MARGIN.bottom + 16], lr.toExponential(0), colours.muted)),
    ...losses.map((loss) => label([MARGIN.left - 6, y(loss) + 4], loss.toPrecision(3), colours.muted, 'end')),
    ...losses.map(
      (loss) =>
        `<path d="M${MARGIN.left} ${y(loss)}H${width - MARGIN.right}" stroke="${colours.grid}" fill="none"/>`,
    ),
    `<path d="${path(points)}" stroke="${colours.muted}" stroke-opacity=".5" fill="none"/>`,
    `<path d="${path(result.curve)}" stroke="${colours.accent}" stroke-width="2" fill="none"/>`,
    `<path d="M${mark} ${MARGIN.top}V${height - MARGIN.bottom}" stroke="${colours.mark}" stroke-dasharray="4 3" fill="none"/>`,
    label([mark, MARGIN.top - 8], `lr0 ${result.suggested}`, colours.mark),
    '</svg>',
  ].join('');
}

function scales(points: readonly RangePoint[], result: RangeResult, { width, height }: RangePicture) {
  const [from, to] = [points[0].lr, points.at(-1)?.lr ?? 1].map(Math.log10);
  const shown = result.curve.map(({ loss }) => loss);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const round = (v: number): number => Math.round(v * 10) / 10;
  const x = (lr: number): number =>
    round(MARGIN.left + ((Math.log10(lr) - from) / (to - from)) * (width - MARGIN.left - MARGIN.right));
  const y = (loss: number): number => {
    const share = (Math.min(loss, high) - low) / (high - low || 1);
    return round(height - MARGIN.bottom - share * (height - MARGIN.top - MARGIN.bottom));
  };
  const first = Math.ceil(from);
  const decades = Array.from(
    { length: Math.max(0, Math.floor(to) - first + 1) },
    (_, i) => 10 ** (first + i),
  );
  return { x, y, decades, losses: [low, (low + high) / 2, high] };
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
