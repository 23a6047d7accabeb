import { formatValue } from '../../domain/display/format';
import { pad } from './table';

export type PlotOptions = {
  /** Cells of the drawing itself, without the axis. */
  readonly width: number;
  readonly height: number;
  readonly scale?: 'linear' | 'log';
  /** Range of the values; absent: what the values span. */
  readonly range?: readonly [number, number];
};

// A braille cell is 2 x 4 dots; bits by row for the left and the right column (Unicode chart U+2800).
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/**
 * A curve as lines of text: an axis with its top, middle and bottom value, then braille dots. Each dot column shows the
 * span from the smallest to the largest of its values, so that no spike is lost; NaN and infinite values are gaps.
 */
export function plotCurve(values: ArrayLike<number>, options: PlotOptions): string[] {
  const axis = createAxis(options.range ?? rangeOf(values, options.scale), options);
  const cells = Array.from({ length: options.height }, () => new Uint8Array(options.width));
  const columns = options.width * 2;
  let previous: number | undefined;
  for (let x = 0; x < columns; x++) {
    const span = spanOf(values, x, columns);
    if (span === undefined) continue;
    const [low, high, last] = span.map(axis.row);
    const [top, bottom] = joined(high, low, previous);
    for (let y = top; y <= bottom; y++) cells[y >> 2][x >> 1] |= DOTS[y & 3][x & 1];
    previous = last;
  }
  return withAxis(cells, axis.labels);
}

/** Reaches to the row of the column before, so that steep stretches are lines and not loose dots. */
function joined(top: number, bottom: number, previous: number | undefined): readonly [number, number] {
  if (previous === undefined) return [top, bottom];
  return [Math.min(top, Math.max(previous + 1, 0)), Math.max(bottom, previous - 1)];
}

function withAxis(cells: readonly Uint8Array[], labels: ReadonlyMap<number, string>): string[] {
  const width = Math.max(...[...labels.values()].map((label) => label.length));
  return cells.map((row, y) => {
    const dots = String.fromCodePoint(...Array.from(row, (bits) => 0x2800 + bits));
    return `${pad(labels.get(y) ?? '', width, 'right')} ${labels.has(y) ? '┤' : '│'}${dots}`;
  });
}

function createAxis([low, high]: readonly [number, number], { height, scale }: PlotOptions) {
  const forward =
    scale === 'log' ? (v: number) => Math.log10(Math.max(v, Number.MIN_VALUE)) : (v: number) => v;
  const back = scale === 'log' ? (v: number) => 10 ** v : (v: number) => v;
  const [from, to] = [forward(low), forward(high)];
  const rows = height * 4;
  const share = (v: number): number => (to > from ? (to - forward(v)) / (to - from) : 0.5);
  const middle = Math.floor((height - 1) / 2);
  const atRow = (y: number): number => back(to - ((to - from) * y) / Math.max(1, height - 1));
  const labels = new Map([0, middle, height - 1].map((y) => [y, formatValue(atRow(y))]));
  return { labels, row: (v: number) => Math.max(0, Math.min(rows - 1, Math.round(share(v) * (rows - 1)))) };
}

/** Smallest, largest and last finite value of the x-th of n equal stretches. */
function spanOf(values: ArrayLike<number>, x: number, n: number): [number, number, number] | undefined {
  const from = Math.floor((x * values.length) / n);
  const to = Math.max(from + 1, Math.floor(((x + 1) * values.length) / n));
  let span: [number, number, number] | undefined;
  for (let i = from; i < Math.min(to, values.length); i++) {
    const v = values[i];
    if (Number.isFinite(v)) span = [Math.min(v, span?.[0] ?? v), Math.max(v, span?.[1] ?? v), v];
  }
  return span;
}

/** Smallest and largest finite value; [0, 1] if there is none. */
export function rangeOf(values: ArrayLike<number>, scale: PlotOptions['scale'] = 'linear'): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (!Number.isFinite(v) || (scale === 'log' && v <= 0)) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  return low <= high ? [low, high] : [0, 1];
}

/** Two blocks of lines beside each other. */
export function sideBySide(left: readonly string[], right: readonly string[], gap = 3): string[] {
  const width = Math.max(0, ...left.map((line) => [...line].length));
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    `${pad(left[i] ?? '', width + gap, 'left')}${right[i] ?? ''}`.trimEnd(),
  );
}
