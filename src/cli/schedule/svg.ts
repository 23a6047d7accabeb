import type { Schedule } from '../../domain/schedule/types';
import { formatRate } from '../../domain/view/format';
import { rangeOf } from '../output/plot';
import { sampleLr } from './report';

const WIDTH = 720;
const HEIGHT = 300;
const BOX = { left: 64, top: 28, right: 16, bottom: 36 } as const;
// Okabe and Ito's palette, told apart by everybody; the first is the weights'.
const COLOURS = ['#0072b2', '#009e73', '#d55e00', '#cc79a7', '#e69f00', '#56b4e9'];
const POINTS = 1000;

/** The LR of every group over the run as a self-contained picture. */
export function scheduleSvg(schedule: Schedule, title: string): string {
  const curves = schedule.groups.map((_, group) => sampleLr(schedule, group, POINTS));
  const top = Math.max(...curves.map((curve) => rangeOf(curve)[1]));
  const lines = curves.map((curve, i) => polyline(curve, top, COLOURS[i % COLOURS.length]));
  const names = schedule.groups.map((name, i) => legend(name, i));
  const right = WIDTH - BOX.right;
  const bottom = HEIGHT - BOX.bottom;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
<text x="${BOX.left}" y="18" fill="#222222">${escapeXml(title)}</text>
<path d="M${BOX.left} ${BOX.top}V${bottom}H${right}" fill="none" stroke="#888888"/>
<text x="${BOX.left - 6}" y="${BOX.top + 4}" text-anchor="end" fill="#555555">${formatRate(top)}</text>
<text x="${BOX.left - 6}" y="${bottom}" text-anchor="end" fill="#555555">0</text>
<text x="${BOX.left}" y="${HEIGHT - 14}" fill="#555555">step 0</text>
<text x="${right}" y="${HEIGHT - 14}" text-anchor="end" fill="#555555">step ${schedule.steps - 1}</text>
${[...lines, ...names].join('\n')}
</svg>
`;
}

function polyline(curve: Float64Array, top: number, colour: string): string {
  const across = WIDTH - BOX.left - BOX.right;
  const down = HEIGHT - BOX.top - BOX.bottom;
  const points = Array.from(curve, (lr, i) => {
    const x = BOX.left + (across * i) / Math.max(1, curve.length - 1);
    const y = BOX.top + down * (1 - (top > 0 ? lr / top : 0));
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
}

function legend(name: string, index: number): string {
  const y = BOX.top + 14 + 16 * index;
  const x = WIDTH - BOX.right - 8;
  return `<text x="${x}" y="${y}" text-anchor="end" fill="${COLOURS[index % COLOURS.length]}">${escapeXml(name)}</text>`;
}

const escapeXml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
